/// An HTTP answer.
public struct Answer: Sendable, Equatable {
    public let status: Int
    public let body: [UInt8]

    public var isSuccess: Bool { (200...299).contains(status) }
}

/// Reads one HTTP/1.1 answer: with a length, in chunks, or up to the end of the connection.
struct AnswerParser {
    struct Malformed: Error, Equatable {
        let why: String
    }

    /// Bytes. The node's longest answer to the command line is far below.
    static let maximumSize = 8 << 20
    static let maximumHead = 64 << 10

    enum Framing {
        case length(Int), chunked, untilEnd, none
    }

    private var bytes: [UInt8] = []

    /// Takes what was read.
    /// - Parameter isEnd: the peer has closed.
    /// - Returns: nil while something is missing.
    mutating func take(_ piece: ArraySlice<UInt8>, isEnd: Bool) throws(Malformed) -> Answer? {
        bytes.append(contentsOf: piece)
        guard bytes.count <= Self.maximumSize else { throw Malformed(why: "it is longer than 8 MiB") }
        guard let headEnd = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            if isEnd { throw Malformed(why: bytes.isEmpty ? "the connection was closed" : "it is cut") }
            if bytes.count > Self.maximumHead { throw Malformed(why: "its head does not end") }
            return nil
        }
        let (status, framing) = try Self.head(bytes[..<headEnd.lowerBound], atMost: Self.maximumSize)
        let rest = bytes[headEnd.upperBound...]
        if let body = try Self.body(rest, framing, isEnd: isEnd) { return Answer(status: status, body: body) }
        if isEnd { throw Malformed(why: "it is cut") }
        return nil
    }

    private static func body(_ rest: ArraySlice<UInt8>, _ framing: Framing, isEnd: Bool) throws(Malformed) -> [UInt8]? {
        switch framing {
        case .none: []
        case .length(let length): rest.count >= length ? Array(rest.prefix(length)) : nil
        case .untilEnd: isEnd ? Array(rest) : nil
        case .chunked: try chunks(rest)
        }
    }

    /// - Parameter limit: bytes of a body that are taken.
    static func head(_ bytes: ArraySlice<UInt8>, atMost limit: Int) throws(Malformed) -> (Int, Framing) {
        let text = String(decoding: bytes, as: UTF8.self)
        // "\r\n" is one Character, so the text splits at whole line ends only.
        let lines = text.split(separator: "\r\n", omittingEmptySubsequences: false)
        let words = (lines.first ?? "").split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard words.count >= 2, words[0] == "HTTP/1.1" || words[0] == "HTTP/1.0", words[1].count == 3,
            let status = Int(words[1]), (100...599).contains(status)
        else { throw Malformed(why: "it is not HTTP") }
        if status == 204 || status == 304 || status < 200 { return (status, .none) }
        var framing = Framing.untilEnd
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            let value = pair.count == 2 ? pair[1].drop { $0 == " " }.reversed().drop { $0 == " " }.reversed() : []
            switch pair.first?.lowercased() {
            case "transfer-encoding": framing = .chunked
            case "content-length":
                guard let length = Int(String(value)), (0...limit).contains(length) else {
                    throw Malformed(why: "its length is not usable")
                }
                framing = .length(length)
            default: break
            }
        }
        return (status, framing)
    }

    /// - Returns: nil while the last chunk is missing.
    private static func chunks(_ bytes: ArraySlice<UInt8>) throws(Malformed) -> [UInt8]? {
        var rest = bytes
        var body: [UInt8] = []
        while let lineEnd = rest.firstRange(of: Array("\r\n".utf8)) {
            let digits = String(decoding: rest[..<lineEnd.lowerBound], as: UTF8.self)
            guard let size = Int(digits, radix: 16), (0...maximumSize).contains(size) else {
                throw Malformed(why: "a chunk's size is not usable")
            }
            rest = rest[lineEnd.upperBound...]
            if size == 0 { return body }
            guard rest.count >= size + 2 else { return nil }
            body.append(contentsOf: rest.prefix(size))
            rest = rest.dropFirst(size + 2)
        }
        return nil
    }
}
