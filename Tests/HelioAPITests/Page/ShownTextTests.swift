@testable import HelioAPI
import Testing

private func shown(_ text: String, limit: Int = 1000) -> String {
    var output: [UInt8] = []
    ShownText.append(text, limit: limit, to: &output)
    return String(decoding: output, as: UTF8.self)
}

@Test func markup_IsEscaped_InsideAndOutsideOfAttributes() {
    #expect(shown(#"<script>alert("1" & '2')</script>"#) == "&lt;script&gt;alert(&quot;1&quot; &amp; &#39;2&#39;)&lt;/script&gt;")
    var html = HTMLWriter()
    html.element("a", ["title": #"" onclick="x"#]) { $0.text("</a><b>") }
    #expect(String(decoding: html.bytes, as: UTF8.self) == #"<a title="&quot; onclick=&quot;x">&lt;/a&gt;&lt;b&gt;</a>"#)
}

@Test(arguments: [
    ("\u{202E}", "⟨U+202E⟩"), ("\u{2066}", "⟨U+2066⟩"), ("\u{0}", "⟨U+0000⟩"), ("\u{1B}", "⟨U+001B⟩"), ("\u{7F}", "⟨U+007F⟩"),
    ("\u{9B}", "⟨U+009B⟩"), ("\n", "⟨U+000A⟩"), ("\r\n", "⟨U+000D⟩⟨U+000A⟩"), ("\u{200B}", "⟨U+200B⟩"), ("\u{2028}", "⟨U+2028⟩"),
    ("\u{FEFF}", "⟨U+FEFF⟩"), ("\u{3164}", "⟨U+3164⟩"), ("\u{34F}", "⟨U+034F⟩"), ("\u{2800}", "⟨U+2800⟩"), ("\u{A0}", "⟨U+00A0⟩"), ("\u{E000}", "⟨U+E000⟩"), ("\u{E0041}", "⟨U+E0041⟩"),
]) func invisible_IsShownAsItsNumber(_ text: String, _ expected: String) {
    #expect(shown("a\(text)b") == "a\(expected)b")
}

@Test func letters_StayAsTheyAre() {
    for text in ["é", "e\u{301}", "日本", "👍🏽", "ß", "a b", "…"] { #expect(shown(text) == text) }
}

@Test func longText_IsCutBetweenCharacters() {
    #expect(shown("abcdef", limit: 6) == "abcdef")
    #expect(shown("abcdefg", limit: 6) == "abcdef…")
    #expect(shown("abe\u{301}", limit: 3) == "ab…", "an accent stays with its letter, or both go")
    #expect(shown("ab\u{202E}", limit: 9) == "ab…", "a number is written whole or not at all")
    #expect(shown("a" + String(repeating: "\u{301}", count: 500), limit: 100) == "…")
}

@Test func items_AreWrittenWhole_WithinTheirBudget() {
    var html = HTMLWriter()
    html.constant("<p>")
    let left = html.each(of: ["aaaa", "bbbb", "cccc"], within: 9) { $0.text($1) }
    html.constant("</p>")
    #expect(String(decoding: html.bytes, as: UTF8.self) == "<p>aaaabbbb</p>")
    #expect(left == 1)
}

@Test(arguments: [
    (0, "0 s"), (400_000, "0.4 ms"), (18_000_000, "18 ms"), (999_000_000, "999 ms"), (1_500_000_000, "1.5 s"), (9_960_000_000, "10 s"),
    (65_000_000_000, "1 m 5 s"), (3_600_000_000_000, "1 h"), (183_845_000_000_000, "2 d 3 h"), (Int64.max, "106751 d 23 h"),
] as [(Int64, String)]) func age_HasTwoUnitsAtMost(_ nanoseconds: Int64, _ expected: String) {
    #expect(AgeText.of(nanoseconds: nanoseconds) == expected)
}

@Test func paths_BecomeRelative() {
    func short(_ text: String) -> String { LocalPaths.shorten(text, upstream: "file:///srv/git") }
    #expect(short("fatal: not a git repository: '/srv/git/data/warehouse.git'") == "fatal: not a git repository: 'data/warehouse.git'")
    #expect(short("unable to open /var/lib/heliostat/repositories/a/b.git: x") == "unable to open …/b.git: x")
    #expect(short("secret file '/etc/My Secrets/ci key' cannot be read") == "secret file '…/ci key' cannot be read")
    #expect(short("//a/b [/c/d] `/e/f`, x=/g/h") == "…/b […/d] `…/f`, x=…/h")
    #expect(short("GET https://git.example/a/b failed") == "GET https://git.example/a/b failed")
    #expect(short("refs/heads/main and 1/2 stay, / too") == "refs/heads/main and 1/2 stay, / too")
}

@Test(arguments: [([], ""), ([0], "AA=="), ([255, 255], "//8="), (Array("foobar".utf8), "Zm9vYmFy")] as [([UInt8], String)])
func base64_IsThatOfTheRFC(_ bytes: [UInt8], _ expected: String) { #expect(Base64.encode(bytes) == expected) }
