/// Reads one HTTP/1.1 answer as it comes, without keeping it: for answers of any length.
struct AnswerStream {
    private enum Body {
        case left(Int)
        case untilEnd
        case chunkSize, chunk(Int), chunkEnd
        /// After the last chunk. A node sends no trailers.
        case lastLine
        case done
    }

    private static let maximumHead = 64 << 10
    /// Bytes of a chunk, of which many make an answer.
    private static let chunkLimit = 1 << 30
    /// Of a chunk's size, which is written without extensions: as many as `chunkLimit` takes.
    private static let sizeDigits = 8
    private static let headEnd = Array("\r\n\r\n".utf8)

    /// Bytes that a length may announce.
    private let limit: Int
    /// nil before the head has come.
    private(set) var status: Int?
    /// What has come and is not understood yet: a part of the head, of a chunk's size or end.
    private var pending: [UInt8] = []
    private var body = Body.untilEnd

    /// - Parameter limit: bytes that a `Content-Length` may announce.
    init(atMost limit: Int = chunkLimit) { self.limit = limit }

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
        guard let end = pending[start...].firstRange(of: Self.headEnd), end.lowerBound <= Self.maximumHead else {
            if pending.count > Self.maximumHead { throw Malformed(why: "its head does not end") }
            if isEnd { throw Malformed(why: pending.isEmpty ? "the connection was closed" : "it is cut") }
            return false
        }
        let head = try AnswerHead(pending[..<end.lowerBound], atMost: limit)
        status = head.status
        switch head.framing {
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
            guard let line = try Self.line(&rest, atMost: Self.sizeDigits) else { return false }
            guard let size = Self.hexadecimal(line), size <= Self.chunkLimit else { throw Malformed(why: "a chunk's size is not usable") }
            body = size == 0 ? .lastLine : .chunk(size)
            return true
        case .chunkEnd, .lastLine:
            guard try Self.line(&rest, atMost: 0) != nil else { return false }
            if case .chunkEnd = body { body = .chunkSize } else { body = .done }
            return true
        }
    }

    private static func give(_ rest: inout ArraySlice<UInt8>, atMost limit: Int, _ tell: (ArraySlice<UInt8>) -> Void) -> Int {
        let piece = rest.prefix(limit)
        if !piece.isEmpty { tell(piece) }
        rest = rest.dropFirst(piece.count)
        return piece.count
    }

    /// - Returns: nil while its end is missing.
    private static func line(_ rest: inout ArraySlice<UInt8>, atMost limit: Int) throws(Malformed) -> ArraySlice<UInt8>? {
        let line = rest.prefix(limit + 2)
        guard let end = line.firstIndex(of: 0x0A) else {
            // No more than the line end may be missing.
            guard line.count < limit + 2, line.count <= limit || line.last == 0x0D else { throw tooLong(limit) }
            return nil
        }
        guard end > line.startIndex, line[end - 1] == 0x0D else { throw tooLong(limit) }
        rest = rest[(end + 1)...]
        return line[..<(end - 1)]
    }

    private static func tooLong(_ limit: Int) -> Malformed {
        Malformed(why: limit == 0 ? "a chunk is longer than it says" : "a chunk's size is not usable")
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> Int? {
        guard !digits.isEmpty else { return nil }
        var value = 0
        for digit in digits {
            switch digit {
            case 0x30...0x39: value = value << 4 | Int(digit - 0x30)
            case 0x41...0x46, 0x61...0x66: value = value << 4 | Int((digit | 0x20) - 0x57)
            default: return nil
            }
        }
        return value
    }
}
