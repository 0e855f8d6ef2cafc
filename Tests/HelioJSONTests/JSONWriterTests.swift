import Foundation
import HelioJSON
import HelioNode
import Testing

@Test func writer_EscapesEverythingThatCouldSteerATerminal_WhenAStringHoldsIt() {
    #expect(render("a\"b\\c\n\u{1b}[0m\u{7f}\u{9b}é\u{0}") == #""a\"b\\c\u000a\u001b[0m\u007f\u009bé\u0000""#)
}

@Test func writer_StaysValid_WhenBytesAreNotUTF8() throws {
    let text = render(ByteString([0x61, 0xFF, 0xC3, 0x22, 0x0A]))
    #expect(text == "\"a\u{FFFD}\u{FFFD}\\\"\\u000a\"")
}

@Test func writer_GivesBackWhatItWasGiven_WhenAParserReadsEveryScalarBelow0x300() throws {
    let text = String(String.UnicodeScalarView((0..<0x300).compactMap(Unicode.Scalar.init(_:))))
    let parsed = try JSONSerialization.jsonObject(with: Data(render(text).utf8), options: .fragmentsAllowed)
    let read = try #require(parsed as? String)
    #expect(Array(read.unicodeScalars) == Array(text.unicodeScalars))
}

@Test func writer_SetsCommas_WhenObjectsAndListsNest() {
    var writer = JSONWriter()
    writer.object { json in
        json.array("a") { json in
            json.value(1)
            json.object { _ in }
            json.array { _ in }
        }
        json.field("b", Int?.none)
        json.object("c") { $0.field("d", true) }
    }
    #expect(String(decoding: writer.bytes, as: UTF8.self) == #"{"a":[1,{},[]],"b":null,"c":{"d":true}}"#)
}

@Test(arguments: [
    (Duration.zero, "0"), (.seconds(12) + .milliseconds(500), "12.5"), (.milliseconds(1), "0.001"),
    (.milliseconds(-1500), "-1.5"),
    (.seconds(3600), "3600"), (.milliseconds(1010), "1.01"), (.nanoseconds(999_999), "0"),
    (Duration.seconds(Int64.max), "9223372036.854"), (.nanoseconds(Int64.min), "-9223372036.854"),
])
func writer_WritesSeconds_WhenGivenADuration(duration: Duration, text: String) {
    #expect(render(duration) == text)
}

private func render(_ value: some JSONValue) -> String {
    var writer = JSONWriter()
    writer.value(value)
    return String(decoding: writer.bytes, as: UTF8.self)
}
