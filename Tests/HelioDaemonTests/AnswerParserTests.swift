import Testing

@testable import HelioDaemon

struct AnswerParserTests {
    static let good: [(text: String, isCompleteBeforeEnd: Bool, status: Int, body: String)] = [
        ("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", true, 200, "ok"),
        ("HTTP/1.1 202 Accepted\r\ncontent-length:2 \r\n\r\nok", true, 202, "ok"),
        ("HTTP/1.1 204 No Content\r\n\r\n", true, 204, ""),
        (
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\nA\r\n0123456789\r\n0\r\n\r\n", true, 200,
            "ok0123456789"
        ),
        ("HTTP/1.0 503 \r\n\r\nok", false, 503, "ok"),
    ]

    @Test(arguments: good)
    func answer_IsRead_HoweverItArrives(text: String, isCompleteBeforeEnd: Bool, status: Int, body: String) throws {
        let expected = Answer(status: status, body: Array(body.utf8))
        for size in [1, 3, 1000] {
            var parser = AnswerParser()
            var answer: Answer?
            for start in stride(from: 0, to: text.utf8.count, by: size) where answer == nil {
                answer = try parser.take(ArraySlice(Array(text.utf8).dropFirst(start).prefix(size)), isEnd: false)
            }
            #expect((answer != nil) == isCompleteBeforeEnd)
            #expect(try answer ?? parser.take([], isEnd: true) == expected)
        }
    }

    @Test(arguments: [
        "", "SSH-2.0-OpenSSH\r\n\r\n", "HTTP/2 200\r\n\r\n", "HTTP/1.1 20 OK\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", "HTTP/1.1 200 OK\r\n",
    ])
    func answer_IsRefused_WhenMalformedOrCut(text: String) {
        #expect(throws: Malformed.self) {
            var parser = AnswerParser()
            if try parser.take(ArraySlice(text.utf8), isEnd: false) == nil { _ = try parser.take([], isEnd: true) }
        }
    }

    /// A reader on the way could find another end of each of them.
    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 2, 2\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length: +2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\nok",
        "HTTP/1.1 200 OK\r\nContent-Length : 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: identity\r\n\r\nok",
        "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "HTTP/1.1 200 OK\r\nX: y\r\n z\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nX: y\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200 OK\r\nX: y\rz\r\n\r\nok", "HTTP/1.1 200 OK\r\nX: y\0\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nno header\r\n\r\nok", "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nok", "HTTP/1.1 +20 OK\r\n\r\nok",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n+2\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\nok\n0\n\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokay\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n",
    ])
    func answer_IsRefused_WhenItsEndIsAmbiguous(text: String) {
        for size in [1, 1000] {
            #expect(throws: Malformed.self) {
                var parser = AnswerParser()
                let bytes = Array(text.utf8)
                for start in stride(from: 0, to: bytes.count, by: size) {
                    if try parser.take(bytes[start...].prefix(size), isEnd: false) != nil { return }
                }
                _ = try parser.take([], isEnd: true)
            }
        }
    }

    @Test func answer_IsRefused_WhenEndless() {
        #expect(throws: Malformed(why: "it is longer than 8 MiB")) {
            var parser = AnswerParser()
            _ = try parser.take(ArraySlice("HTTP/1.1 200 OK\r\n\r\n".utf8), isEnd: false)
            for _ in 0..<9 { _ = try parser.take(ArraySlice(repeating: 0x61, count: 1 << 20), isEnd: false) }
        }
        #expect(throws: Malformed(why: "its head does not end")) {
            var parser = AnswerParser()
            for _ in 0..<3 { _ = try parser.take(ArraySlice(repeating: 0x61, count: 1 << 15), isEnd: false) }
        }
    }
}
