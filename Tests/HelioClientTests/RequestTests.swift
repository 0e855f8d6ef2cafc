import Testing

@testable import HelioClient

@Suite struct RequestTests {
    @Test(arguments: [
        "http://ci.example.org/hook", "https://ci.example.org", "HTTPS://CI.example.org:8443/a?b=c&d=%20", "http://[2001:db8::1]:80/",
        "http://10.0.0.1:9000/x",
    ])
    func url_IsTaken(url: String) throws {
        try OutboundRequest.check(url)
    }

    @Test(arguments: [
        ("", "does not start with http:// or https://"), ("ftp://a/", "does not start"), ("file:///etc/passwd", "does not start"),
        ("gopher://a/", "does not start"), ("//a/", "does not start"), ("http:a/", "does not start"), ("http://", "is not valid"),
        ("http:///path", "names no host"), ("https:///path", "names no host"),
        ("http:///\u{617}x://u:p@h/", "names no host"), ("https:///\u{301}h/", "names no host"),
        ("http://user@a/", "holds a user or a password"), ("http://u:p@a/", "holds a user"),
        ("http://:p@a/", "holds a user"), ("http://a/#x", "holds a fragment"), ("http://a/#", "holds a fragment"),
        ("http://a/b c", "holds a space"), ("http://a/\r\nHost: b", "holds a space"), ("http://a\\@b/", "holds a space, a backslash"),
        ("http://a:99999/", "is not valid"), ("http://a:b/", "is not valid"), ("http://[::1/", "is not valid"),
        ("http://a/\u{0}b", "control character"), ("http://a/\(String(repeating: "x", count: 2100))", "more than 2048 bytes"),
    ])
    func url_IsRefused(url: String, reason: String) {
        let failure = #expect(throws: DeliveryFailure.self) { try OutboundRequest.check(url) }
        #expect("\(failure as Any)".contains(reason), "\(failure as Any)")
    }

    @Test(arguments: [
        ("X-A", "b\r\nX-B: c"), ("X-A", "b\u{0}"), ("X-A", "b\u{7F}"), ("X A", "b"), ("X-A:", "b"), ("", "b"), ("X-A\r\n", "b"),
        ("X-Ä", "b"),
    ])
    func header_IsRefused(name: String, value: String) {
        #expect(throws: DeliveryFailure.self) { try OutboundRequest.line((name, value)) }
    }

    @Test func header_IsWrittenAsItIs() throws {
        #expect(try OutboundRequest.line(("X-A", "b\tc: d")) == "X-A: b\tc: d")
        #expect(try OutboundRequest.line(("X-A", "")) == "X-A;")
    }
}
