/// Reads one HTTP/1.1 answer as it comes, without keeping it: for answers of any length.
struct AnswerStream {
    typealias Malformed = AnswerParser.Malformed

    private enum Body {
        case left(Int)
        case untilEnd
        case chunkSize, chunk(Int), chunkEnd
        case done
    }

    /// Bytes of a line that announces a chunk; we send no extensions.
    private static let sizeLimit = 1024
    /// Bytes of one piece, of which many make an answer.
    private static let pieceLimit = 1 << 30

    /// nil before the head has come.
    private(set) var status: Int?
    /// What has come and is not understood yet: a part of the head, of a chunk's size or end.
    private var pending: [UInt8] = []
    private var body = Body.untilEnd

    /// Takes what was read.
    /// - Parameters:
    ///   - isEnd: the peer has closed.
    ///   - tell: gets pieces of the body.
    /// - Returns: whether the answer is complete.
    mutating func take(
        _ piece: ArraySlice<UInt8>, isEnd: Bool, _ tell: (ArraySlice<UInt8>) -> Void
    ) throws(Malformed) -> Bool {
        pending.append(contentsOf: piece)
        // Where the head's end can begin: what was looked through before is not looked through again for every byte that drips in.
        if status == nil, try !takeHead(from: max(pending.count - piece.count - 3, 0), isEnd: isEnd) { return false }
        var rest = pending[...]
        while try advance(&rest, tell) {}
        pending = Array(rest)
        switch body {
        case .done: return true
        case .untilEnd where isEnd: return true
        default:
            if isEnd { throw Malformed(why: "it is cut") }
            return false
        }
    }

    private mutating func takeHead(from start: Int, isEnd: Bool) throws(Malformed) -> Bool {
        guard let end = pending[start...].firstRange(of: Array("\r\n\r\n".utf8)) else {
            if isEnd { throw Malformed(why: pending.isEmpty ? "the connection was closed" : "it is cut") }
            if pending.count > AnswerParser.maximumHead { throw Malformed(why: "its head does not end") }
            return false
        }
        let (status, framing) = try AnswerParser.head(pending[..<end.lowerBound], atMost: Self.pieceLimit)
        self.status = status
        switch framing {
        case .none: body = .done
        case .length(let length): body = length == 0 ? .done : .left(length)
        case .chunked: body = .chunkSize
        case .untilEnd: body = .untilEnd
        }
        pending = Array(pending[end.upperBound...])
        return true
    }

    /// - Returns: whether there may be more to do.
    private mutating func advance(_ rest: inout ArraySlice<UInt8>, _ tell: (ArraySlice<UInt8>) -> Void) throws(Malformed) -> Bool {
        switch body {
        case .done: return false
        case .untilEnd:
            tell(rest)
            rest = []
            return false
        case .left(let left):
            let taken = Self.give(&rest, atMost: left, tell)
            body = taken == left ? .done : .left(left - taken)
            return false
        case .chunk(let left):
            let taken = Self.give(&rest, atMost: left, tell)
            body = taken == left ? .chunkEnd : .chunk(left - taken)
            return taken == left
        case .chunkSize:
            guard let line = try Self.line(&rest) else { return false }
            guard !line.isEmpty, let size = Int(String(decoding: line, as: UTF8.self), radix: 16), (0...Self.pieceLimit).contains(size)
            else { throw Malformed(why: "a chunk's size is not usable") }
            body = size == 0 ? .done : .chunk(size)
            return true
        case .chunkEnd:
            guard let line = try Self.line(&rest) else { return false }
            guard line.isEmpty else { throw Malformed(why: "a chunk is longer than it says") }
            body = .chunkSize
            return true
        }
    }

    private static func give(_ rest: inout ArraySlice<UInt8>, atMost limit: Int, _ tell: (ArraySlice<UInt8>) -> Void) -> Int {
        let piece = rest.prefix(limit)
        if !piece.isEmpty { tell(piece) }
        rest = rest.dropFirst(piece.count)
        return piece.count
    }

    private static func line(_ rest: inout ArraySlice<UInt8>) throws(Malformed) -> ArraySlice<UInt8>? {
        guard let end = rest.firstRange(of: Array("\r\n".utf8)) else {
            if rest.count > sizeLimit { throw Malformed(why: "a chunk's size does not end") }
            return nil
        }
        defer { rest = rest[end.upperBound...] }
        return rest[..<end.lowerBound]
    }
}
