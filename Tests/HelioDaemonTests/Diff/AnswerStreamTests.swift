import Testing

@testable import HelioDaemon

/// Answers that are read as they come.
struct AnswerStreamTests {
    private struct Read: Equatable {
        var status: Int?
        var body = ""
        var isWhole = false
    }

    /// - Parameter size: bytes that come at a time.
    private func read(_ text: String, by size: Int, closes: Bool) throws(Malformed) -> Read {
        var (stream, body, isWhole): (AnswerStream, [UInt8], Bool) = (AnswerStream(), [], false)
        let bytes = Array(text.utf8)
        for start in stride(from: 0, to: bytes.count, by: size) where !isWhole {
            isWhole = try stream.take(bytes[start..<min(start + size, bytes.count)], isEnd: false) { body += $0 }
        }
        if closes, !isWhole { isWhole = try stream.take([], isEnd: true) { body += $0 } }
        return Read(status: stream.status, body: String(decoding: body, as: UTF8.self), isWhole: isWhole)
    }

    @Test(arguments: [
        ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", true), ("HTTP/1.1 200 OK\r\n\r\nhello", false),
        ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nh\r\n4\r\nello\r\n0\r\n\r\n", true),
        ("HTTP/1.1 200\r\nTransfer-Encoding: chunked\r\n\r\n00005\r\nhello\r\n0\r\n\r\n", true),
    ])
    func body_ComesPieceByPiece(text: String, endsByItself: Bool) throws {
        for size in [1, 2, 7, 4096] {
            let open = try read(text, by: size, closes: false)
            #expect(open == Read(status: 200, body: "hello", isWhole: endsByItself), "by \(size)")
            #expect(try read(text, by: size, closes: true).isWhole)
        }
    }

    @Test func answer_WithoutABody_IsWholeAtOnce() throws {
        #expect(try read("HTTP/1.1 204 No Content\r\n\r\n", by: 1, closes: false).isWhole)
        #expect(try read("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", by: 1, closes: false).isWhole)
    }

    @Test(arguments: [
        "", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhelloworld\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFFF\r\n", "SSH-2.0-OpenSSH\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + String(repeating: "0", count: 5000),
        "HTTP/1.1 200 OK\r\nX: " + String(repeating: "y", count: 100_000),
    ])
    func answer_ThatIsCutOrWrong_IsNone(text: String) {
        for size in [1, 4096] { #expect(throws: Malformed.self) { try read(text, by: size, closes: true) } }
    }

    @Test func stream_IsNotKept_AndEndsWhenNobodyWantsIt() throws {
        let peer = Peer(.answers("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"))
        let client = NodeClient(.tcp(host: "127.0.0.1", port: peer.port), timeout: .seconds(5))
        var text = ""
        #expect(try client.stream("/x") { text += String(decoding: $0, as: UTF8.self); return nil } == nil)
        #expect(text == "onetwo")
        let error = #expect(throws: ClientError.self) { try client.stream("/x") { _ in "it is not wanted" } }
        #expect(error == .badAnswer(client.address, "it is not wanted"))
        let refusing = Peer(.answers("HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nnone"))
        let other = NodeClient(.tcp(host: "127.0.0.1", port: refusing.port), timeout: .seconds(5))
        #expect(try other.stream("/x") { _ in "never called" } == Answer(status: 404, body: Array("none".utf8)))
    }
}
