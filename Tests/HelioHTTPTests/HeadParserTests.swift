@testable import HelioHTTP
import Testing

/// The head, or why it was refused; nil while it is incomplete.
func parse(_ bytes: [UInt8], _ limits: Configuration = Configuration()) -> Result<RequestHead, Refusal>? {
    var parser = HeadParser()
    do {
        return try parser.parse(bytes.span, limits).map { .success($0) }
    } catch {
        return .failure(error)
    }
}

func parse(_ text: String) -> Result<RequestHead, Refusal>? { parse(Array(text.utf8)) }

private func get(_ lines: String...) -> String {
    (["GET /status HTTP/1.1", "Host: h"] + lines).joined(separator: "\r\n") + "\r\n\r\n"
}

private func target(_ target: String) -> String { "GET \(target) HTTP/1.1\r\nHost: h\r\n\r\n" }

/// A request line as long as the limits let it be.
private func longest(_ method: String, _ bytes: Int) -> String {
    "\(method) /\(String(repeating: "a", count: bytes - 1)) HTTP/1.1\r\nHost: h\r\n\r\n"
}

private func version(_ version: String) -> String { "GET / \(version)\r\nHost: h\r\n\r\n" }

@Suite struct HeadParserTests {
    static let refused: [(String, Refusal)] = [
        // Content-Length and Transfer-Encoding
        (get("Content-Length: 3", "Transfer-Encoding: chunked"), .badContentLength),
        (get("Content-Length: 3", "Content-Length: 3"), .badContentLength),
        (get("Content-Length: 3, 3"), .badContentLength),
        (get("Content-Length: +3"), .badContentLength), (get("Content-Length: -1"), .badContentLength),
        (get("Content-Length: 0x3"), .badContentLength), (get("Content-Length:"), .badContentLength),
        (get("Content-Length: 18446744073709551619"), .badContentLength),
        (get("Content-Length: 10000000000000000000"), .badContentLength),
        (get("Transfer-Encoding: xchunked"), .transferEncoding), (get("Transfer-Encoding: gzip, chunked"), .transferEncoding),
        (get("Transfer-Encoding: chunked", "Transfer-Encoding: chunked"), .transferEncoding),
        (get("Transfer-Encoding: \tchunked"), .transferEncoding), (get("Transfer-Encoding: \u{0B}chunked"), .badHeader),
        // bytes
        (get("A: b\0c"), .badHeader), (get("A\0: b"), .badHeader), (target("/a\0b"), .badTarget),
        (get("A: b", " folded"), .badHeader), (get("A: b\rC: d"), .badHeader),
        ("GET / HTTP/1.1\nHost: h\n\n", .badRequestLine), ("GET / HTTP/1.1\r\nHost: h\n\n", .badHeader),
        ("\r\n\r\nGET / HTTP/1.1\r\n", .badRequestLine), ("\nGET / HTTP/1.1\r\n", .badRequestLine),
        (get("Name : v"), .badHeader), (get(": v"), .badHeader), (get("a(b)@: v"), .badHeader), (get("no colon"), .badHeader),
        (get("N\u{E9}: v"), .badHeader), (get("A: \u{7F}"), .badHeader), (get("A: \u{1}"), .badHeader),
        // Host
        ("GET / HTTP/1.1\r\n\r\n", .badHost), (get("Host: h"), .badHost),
        ("GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", .badHost), ("GET / HTTP/1.1\r\nHost: a@b\r\n\r\n", .badHost),
        ("GET / HTTP/1.1\r\nHost: a b\r\n\r\n", .badHost),
        ("GET / HTTP/1.1\r\nHost: \(String(repeating: "h", count: 5120))\r\n\r\n", .badHost),
        // versions
        ("GET /\r\n", .badVersion), (version("HTTP/1.9"), .unsupportedVersion), (version("HTTP/0.9"), .unsupportedVersion),
        (version("HTTP/2.0"), .unsupportedVersion), (version("HTTP/4294967297.1"), .badVersion), (version("http/1.1"), .badVersion),
        (version("HTTP/1.1 "), .badVersion), (version("HTTP/1,1"), .badVersion), (version("HTTP/1.x"), .badVersion),
        ("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", .unsupportedVersion), ("\u{16}\u{3}\u{1}", .badRequestLine),
        // methods
        ("CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", .badTarget), ("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", .badTarget),
        (" / HTTP/1.1\r\n", .badRequestLine),
        (longest("OPTIONS", 4097), .targetTooLong), (longest("PROPFIND", 4096), .targetTooLong),
        (longest("X", 4097), .targetTooLong), ("G(T / HTTP/1.1\r\n", .badRequestLine), ("GET\r\n", .badRequestLine),
        // targets
        (target("http://h/status"), .badTarget), (target("h:80"), .badTarget), (target("*"), .badTarget), (target("status"), .badTarget),
        (target("/%00"), .badTarget), (target("/%zz"), .badTarget), (target("/%2"), .badTarget), (target("/%"), .badTarget),
        (target("/a#b"), .badTarget), (target("/\u{E9}"), .badTarget), (target("/a b"), .badVersion), (target("/a\"b"), .badTarget),
        ("GET  HTTP/1.1\r\n", .badTarget), ("GET\t/ HTTP/1.1\r\n", .badRequestLine),
    ]

    @Test(arguments: refused)
    func parse_Refuses_WhatCouldBeReadInTwoWays(head: String, refusal: Refusal) {
        #expect(parse(head) == .failure(refusal))
    }

    static let accepted = [
        get(), "\r\n" + get(), get("Content-Length: 0"), get("Content-Length: \t007 "), get("A:"), get("A: \u{E9}\t!"),
        get("!#$%&'*+-.^_`|~9: v"), "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.1\r\nHost:\r\n\r\n",
        "GET / HTTP/1.1\r\nhOsT: [::1]:7990\r\n\r\n", target("/a/%2F;p=1,(x)!$&'*+=:@-._~?q=/?%41"), "OPTIONS / HTTP/1.1\r\nHost: h\r\n\r\n",
        "get / HTTP/1.1\r\nHost: h\r\n\r\n", "PROPFIND / HTTP/1.1\r\nHost: h\r\n\r\n",
        longest("OPTIONS", 4096), longest("PROPFIND", 4095),
    ]

    @Test(arguments: accepted)
    func parse_Accepts_WhatTheStandardAllows(head: String) throws {
        let parsed = try #require(try parse(head)?.get())
        #expect(parsed.end == head.utf8.count)
    }

    @Test(arguments: accepted + refused.map(\.0))
    func parse_SaysTheSame_WhenBytesComeOneByOne(head: String) {
        var parser = HeadParser()
        let bytes = Array(head.utf8)
        var result: Result<RequestHead, Refusal>?
        for count in 0...bytes.count where result == nil {
            do { result = try parser.parse(bytes.span.extracting(..<count), Configuration()).map { .success($0) } } catch { result = .failure(error) }
        }
        #expect(result == parse(head))
    }

    @Test func parse_FindsTheParts() throws {
        let head = "\r\nPOST /a/b?x=1?y HTTP/1.0\r\nConnection: x ,Keep-Alive\r\nContent-Length: 12\r\nExpect: 100-Continue\r\n\r\n"
        let parsed = try #require(try parse(head)?.get())
        let bytes = Array(head.utf8)
        #expect(bytes[parsed.targetStart..<parsed.pathEnd].elementsEqual("/a/b".utf8))
        #expect(bytes[parsed.pathEnd..<parsed.targetEnd].elementsEqual("?x=1?y".utf8))
        #expect(parsed.method == .post && parsed.start == 2 && parsed.contentLength == 12)
        #expect(parsed.isHTTP10 && parsed.keepsAlive && parsed.expectsContinue == true)
    }

    @Test(arguments: [
        ("HTTP/1.1", "", true), ("HTTP/1.1", "close", false), ("HTTP/1.1", "a, CLOSE", false), ("HTTP/1.0", "", false),
        ("HTTP/1.0", "keep-alive", true), ("HTTP/1.0", "keep-alive, close", false), ("HTTP/1.1", ",,closed", true),
    ])
    func keepsAlive_FollowsVersionAndConnection(version: String, connection: String, keeps: Bool) throws {
        let parsed = try parse("GET / \(version)\r\nHost: h\r\nConnection: \(connection)\r\n\r\n")?.get()
        #expect(parsed?.keepsAlive == keeps)
    }

    @Test func parse_Refuses_OneByteMoreThanTheLimits() {
        let limits = Configuration()
        func head(of count: Int) -> String {
            let start = "GET / HTTP/1.1\r\nHost: h\r\nA: "
            return start + String(repeating: "x", count: count - start.utf8.count - 4) + "\r\n\r\n"
        }
        #expect(throws: Never.self) { try #require(parse(head(of: limits.headBytes))).get() }
        #expect(parse(head(of: limits.headBytes + 1)) == .failure(.headTooLarge))
        #expect(parse(String(head(of: 100_000).prefix(limits.headBytes))) == .failure(.headTooLarge), "without waiting for its end")
        #expect(throws: Never.self) { try #require(parse(target("/" + String(repeating: "a", count: limits.targetBytes - 1)))).get() }
        #expect(parse(target("/" + String(repeating: "a", count: limits.targetBytes))) == .failure(.targetTooLong))
        #expect(parse("GET /" + String(repeating: "a", count: limits.targetBytes + 20)) == .failure(.targetTooLong))
        let noise = String(repeating: "\0", count: limits.headBytes)
        #expect(parse(noise) == .failure(.badRequestLine), "as its first byte alone was")
        #expect(parse(noise + "\r\n") == .failure(.badRequestLine))
        let lines = (0..<limits.headers - 1).map { "A\($0): b" }.joined(separator: "\r\n")
        #expect(throws: Never.self) { try #require(parse(get(lines))).get() }
        #expect(parse(get(lines, "B: c")) == .failure(.headTooLarge))
    }
}
