/// An HTTP answer.
public struct Answer: Sendable, Equatable {
    public let status: Int
    public let body: [UInt8]

    public var isSuccess: Bool { (200...299).contains(status) }
}

/// Reads one HTTP/1.1 answer and keeps it: with a length, in chunks, or up to the end of the connection.
struct AnswerParser {
    /// Bytes of a body. The node's longest answer to the command line is far below.
    static let maximumSize = 8 << 20

    private var stream = AnswerStream(atMost: maximumSize)
    private var body: [UInt8] = []

    /// Takes what was read.
    /// - Parameter isEnd: the peer has closed.
    /// - Returns: nil while something is missing.
    mutating func take(_ piece: ArraySlice<UInt8>, isEnd: Bool) throws(Malformed) -> Answer? {
        var body = body
        self.body = []  // so that what follows appends to the one copy
        let isWhole = try stream.take(piece, isEnd: isEnd) { body.append(contentsOf: $0) }
        guard body.count <= Self.maximumSize else { throw Malformed(why: "it is longer than 8 MiB") }
        if isWhole, let status = stream.status { return Answer(status: status, body: body) }
        self.body = body
        return nil
    }
}
