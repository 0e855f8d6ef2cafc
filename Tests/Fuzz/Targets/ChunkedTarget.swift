@testable import HelioDaemon
@testable import HelioHTTP

/// A body in chunks: decoded as RFC 9112 section 7.1 says and in no other way, and what our server writes is among it.
struct ChunkedTarget: FuzzTarget {
    let name = "chunked"
    let maximumLength = 1024

    /// Has read a head, once for all runs.
    private static let opened: AnswerStream = {
        var stream = AnswerStream(atMost: AnswerParser.maximumSize)
        let head = Array("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".utf8)
        // The head is ours: whether it is read depends on no input.
        guard let isComplete = try? stream.take(head[...], isEnd: false, { _ in }), !isComplete else { fatalError("a head that is none") }
        return stream
    }()

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let expected = Self.decoded(input)
        for pieces in Pieces.ways(input) + [[input[...]]] {
            let body = AnswerReading(pieces, after: Self.opened).answer?.body
            try promise(body == expected, "decoded: \(body.map { shown($0) } ?? "refused"); by the book: \(expected.map { shown($0) } ?? "refused")")
        }
        try Self.checkWritten(input)
    }

    /// The grammar, read from a whole body in one go: hexadecimal size, CRLF, so many bytes, CRLF; size zero and CRLF at the end. No
    /// extensions and no trailers, which nobody sends us.
    private static func decoded(_ input: [UInt8]) -> [UInt8]? {
        var (body, rest): ([UInt8], ArraySlice<UInt8>) = ([], input[...])
        while true {
            let digits = rest.prefix { (0x30...0x39).contains($0) || (0x61...0x66).contains($0 | 0x20) }
            guard (1...8).contains(digits.count), let size = Int(String(decoding: digits, as: UTF8.self), radix: 16) else { return nil }
            rest = rest.dropFirst(digits.count)
            guard size <= 1 << 30, rest.starts(with: "\r\n".utf8), rest.count >= 2 + size + 2 else { return nil }
            let chunk = rest.dropFirst(2).prefix(size)
            rest = rest.dropFirst(2 + size)
            guard rest.starts(with: "\r\n".utf8) else { return nil }
            rest = rest.dropFirst(2)
            if size == 0 { return body }
            body += chunk
        }
    }

    /// The input as a body, in the pieces in which a handler could produce it.
    private static func checkWritten(_ body: [UInt8]) throws(BrokenPromise) {
        var written: [UInt8] = []
        for piece in Pieces.cut(body) {
            let own = piece.prefix(piece.count / 2)
            ChunkedFraming.open(Array(own), following: piece.count - own.count, to: &written)
            written += piece.dropFirst(own.count) + ChunkedFraming.lineEnd
        }
        written += ChunkedFraming.end
        try promise(AnswerReading([written[...]], after: opened).answer?.body == body, "what is written is not read: \(shown(written))")
    }
}
