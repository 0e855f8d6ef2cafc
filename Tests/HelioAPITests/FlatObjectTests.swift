@testable import HelioAPI
import HelioNode
import Testing

private func read(_ text: String) throws(JSONError) -> FlatObject {
    try FlatObject(Array(text.utf8), allowing: ["a", "b"])
}

@Test func body_IsRead_WhenItIsAFlatObject() throws {
    let object = try read(" { \"a\" : \"x\\n\\u00e9\\ud83d\\ude00\\/\" , \"b\":true } \r\n")
    #expect(try object.string("a") == Array("x\né😀/".utf8))
    #expect(try object.bool("b"))
    #expect(try read(#"{"a":null}"#).string("a") == nil)
    #expect(try read("{}").bool("b") == false)
}

@Test func body_KeepsComposedAndDecomposedApart_WhenNamesAreRead() throws {
    let composed = try read("{\"a\":\"\u{e9}\"}").string("a")
    let decomposed = try read("{\"a\":\"e\u{301}\"}").string("a")
    #expect(composed == [0xC3, 0xA9])
    #expect(decomposed == [0x65, 0xCC, 0x81])
}

@Test(arguments: [
    "", " ", "{", "}", "[]", "null", #"{"a"}"#, #"{"a":}"#, #"{"a":"x"#, #"{"a":"x",}"#, #"{,}"#, #"{"a":"x"}x"#, #"{"a":"x"}{}"#,
    #"{'a':"x"}"#, #"{a:"x"}"#, "{\"a\":\"x\ny\"}", #"{"a":"\x"}"#, #"{"a":"\u12"}"#, #"{"a":"\u+123"}"#, #"{"a":tru}"#,
    #"{"a":TRUE}"#,
    #"{"a":"\"#, #"{"a":"\u"#, "\u{FEFF}{}",
])
func body_IsRefused_WhenItIsMalformed(text: String) {
    #expect(throws: JSONError.malformed) { try read(text) }
}

@Test(arguments: [
    #"{"a":1}"#, #"{"a":-0.5}"#, #"{"a":{}}"#, #"{"a":[[[[]]]]}"#, "{\"a\":" + String(repeating: "[", count: 100_000),
])
func body_IsRefused_WhenAValueIsOfAnotherKind(text: String) {
    #expect(throws: JSONError.wrongKind) { try read(text) }
}

@Test func body_IsRefused_WhenKindsAreMixedUp() throws {
    #expect(throws: JSONError.wrongKind) { try read(#"{"a":true}"#).string("a") }
    #expect(throws: JSONError.wrongKind) { try read(#"{"b":"true"}"#).bool("b") }
}

@Test func body_IsRefused_WhenANameIsUnknownOrTwice() {
    #expect(throws: JSONError.unknownName) { try read(#"{"c":"x"}"#) }
    #expect(throws: JSONError.unknownName) { try read(#"{"A":"x"}"#) }
    #expect(throws: JSONError.duplicateName) { try read(#"{"a":"x","\u0061":"y"}"#) }
}

@Test(arguments: [[0xFF], [0xC0, 0xAF], [0xED, 0xA0, 0x80], [0xC3]] as [[UInt8]])
func body_IsRefused_WhenAStringIsNotUTF8(bytes: [UInt8]) {
    #expect(throws: JSONError.notUTF8) {
        try FlatObject(Array(#"{"a":""#.utf8) + bytes + Array(#""}"#.utf8), allowing: ["a"])
    }
}

@Test(arguments: [#"\ud800\u0041"#, #"\udc00"#])
func body_IsRefused_WhenASurrogateStandsAlone(escape: String) {
    #expect(throws: JSONError.notUTF8) { try read(#"{"a":"\#(escape)"}"#) }
}

/// Whatever arrives, the answer is a value or an error, never a trap.
@Test(arguments: 0..<20 as Range<UInt64>)
func body_NeverTraps_WhenBytesAreRandom(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let pieces = ["{", "}", "\"", ":", ",", "a", "\\", "\\u", "d800", "true", "null", " ", "\u{0}", "[", "1", "é"].map {
        Array($0.utf8)
    }
    for _ in 0..<2000 {
        let text = (0..<Int.random(in: 0...12, using: &random)).flatMap { _ in pieces.randomElement(using: &random) ?? [0xFF] }
        let prefix = Bool.random(using: &random) ? Array("{\"a\":".utf8) : []
        do throws(JSONError) { _ = try FlatObject(prefix + text, allowing: ["a"]) } catch {}
    }
}
