@testable import HelioAPI
import HelioNode
import Testing

private func tree(_ text: String, depth: Int = 4) throws(JSONError) -> JSONTree { try JSONTree(Array(text.utf8), depth: depth) }

@Test func tree_IsRead_WhateverItsKind() throws {
    let read = try tree(#" { "a" : [ 1 , -0.5e+10 , true , false , null , "x\u00e9" , { } , [ ] ] } "#)
    let elements: [JSONTree] = [
        .number(Array("1".utf8)), .number(Array("-0.5e+10".utf8)), .bool(true), .bool(false), .null, .string(Array("xé".utf8)),
        .object([:]),
        .array([]),
    ]
    #expect(read == .object([Array("a".utf8): .array(elements)]))
    #expect(read["a"] == .array(elements))
    #expect(read["b"] == nil)
    #expect(try tree(#"{"a":null}"#)["a"] == nil)
    #expect(try tree("7") == .number([0x37]))
}

@Test(arguments: [
    "", " ", "{", "[", "]", "[1,]", "[,1]", "[1 2]", "[1", #"{"a"}"#, #"{"a":1,}"#, #"{"a":1"#, #"{1:1}"#, "nul", "True", "1x",
    "01", "-", "+1", ".5",
    "1.", "1e", "1e+", "0x1", "NaN", "Infinity", "-Infinity", "[1]]", "{}{}", "//", "\u{FEFF}1", #""\x""#, "\"a",
])
func tree_IsRefused_WhenItIsMalformed(text: String) { #expect(throws: JSONError.malformed) { try tree(text) } }

@Test func tree_IsRefused_WhenItIsTooDeep() throws {
    #expect(try tree("[[[[]]]]") == .array([.array([.array([.array([])])])]))
    #expect(throws: JSONError.tooDeep) { try tree("[[[[[]]]]]") }
    #expect(throws: JSONError.tooDeep) { try tree(#"{"a":[{"a":[{}]}]}"#) }
    #expect(throws: JSONError.tooDeep) { try tree(String(repeating: "[", count: 100_000)) }
    #expect(throws: JSONError.tooDeep) { try tree(String(repeating: #"{"a":"#, count: 10_000)) }
    #expect(throws: JSONError.tooDeep) { try tree("[]", depth: 0) }
}

@Test func tree_IsRefused_WhenANameStandsTwice() {
    #expect(throws: JSONError.duplicateName) { try tree(#"[{"a":1,"\u0061":2}]"#) }
}

/// Whatever arrives, the answer is a value or an error, and what is read twice is the same.
@Test(arguments: 0..<20 as Range<UInt64>)
func tree_NeverTraps_WhenBytesAreRandom(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let pieces = [
        "{", "}", "[", "]", "\"", ":", ",", "a", "\\", "\\u", "d800", "true", "null", " ", "\u{0}", "1", "-", ".", "e", "é",
    ].map {
        Array($0.utf8)
    }
    for _ in 0..<2000 {
        let text = (0..<Int.random(in: 0...12, using: &random)).flatMap { _ in pieces.randomElement(using: &random) ?? [0xFF] }
        let results = (0..<2).map { _ in Result { () throws(JSONError) in try JSONTree([0x5B] + text, depth: 3) } }
        #expect(results[0] == results[1])
    }
}
