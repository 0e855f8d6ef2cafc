/// Why an answer cannot be read, in words that follow "the answer cannot be used:".
struct Malformed: Error, Equatable {
    let why: String
}

/// The head of an HTTP/1 answer.
///
/// Strict where another reader between the node and us could find another end of the answer (RFC 9112 section 6.3): one length at most,
/// of digits only; `chunked` as the one transfer coding, and not beside a length; lines that end in CRLF and are not continued.
struct AnswerHead: Equatable {
    /// How the end of the body is told.
    enum Framing: Equatable {
        case length(Int), chunked, untilEnd, none
    }

    let status: Int
    let framing: Framing

    /// - Parameters:
    ///   - bytes: without the empty line.
    ///   - limit: bytes of a body that are taken.
    init(_ bytes: ArraySlice<UInt8>, atMost limit: Int) throws(Malformed) {
        var rest = bytes
        let (status, isHTTP10) = try Self.statusLine(Self.line(&rest))
        var fields = Fields()
        while !rest.isEmpty { try fields.read(Self.line(&rest)) }
        // Nobody asked for an interim answer (RFC 9110 section 15.2): that takes an `Expect`, or an `Upgrade`.
        guard status >= 200 else { throw Malformed(why: "it is an interim answer, which nobody asked for") }
        self.status = status
        framing = try fields.framing(status, isHTTP10: isHTTP10, atMost: limit)
    }

    /// Takes a line and its end off.
    private static func line(_ rest: inout ArraySlice<UInt8>) throws(Malformed) -> ArraySlice<UInt8> {
        let feed = rest.firstIndex(of: 0x0A)
        guard let feed else {
            defer { rest = [] }
            return try checked(rest)
        }
        guard feed > rest.startIndex, rest[feed - 1] == 0x0D else { throw Malformed(why: "a line of its head ends without a carriage return") }
        defer { rest = rest[(feed + 1)...] }
        return try checked(rest[..<(feed - 1)])
    }

    private static func checked(_ line: ArraySlice<UInt8>) throws(Malformed) -> ArraySlice<UInt8> {
        guard line.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }) else { throw Malformed(why: "its head holds a control character") }
        return line
    }

    /// `HTTP/1.1 200`, and a reason that nobody reads.
    private static func statusLine(_ line: ArraySlice<UInt8>) throws(Malformed) -> (status: Int, isHTTP10: Bool) {
        let isHTTP10 = line.starts(with: "HTTP/1.0 ".utf8)
        let status = line.dropFirst("HTTP/1.x ".utf8.count).prefix { $0 != 0x20 }
        guard isHTTP10 || line.starts(with: "HTTP/1.1 ".utf8), status.count == 3, let code = DecimalDigits.number(status), (100...599).contains(code)
        else { throw Malformed(why: "it is not HTTP") }
        return (code, isHTTP10)
    }
}

/// What header lines say of the body.
private struct Fields {
    private var length: ArraySlice<UInt8>?
    private var coding: ArraySlice<UInt8>?

    mutating func read(_ line: ArraySlice<UInt8>) throws(Malformed) {
        let name = line.prefix(while: Self.isToken)
        guard !name.isEmpty, line.dropFirst(name.count).first == UInt8(ascii: ":") else { throw Malformed(why: "a line of its head is no header") }
        let value = Self.trimmed(line[(name.endIndex + 1)...])
        if Self.equal(name, "content-length") {
            guard length == nil else { throw Malformed(why: "it has two lengths") }
            length = value
        } else if Self.equal(name, "transfer-encoding") {
            guard coding == nil else { throw Malformed(why: "it has two transfer codings") }
            coding = value
        }
    }

    func framing(_ status: Int, isHTTP10: Bool, atMost limit: Int) throws(Malformed) -> AnswerHead.Framing {
        let length = try length.map { (digits) throws(Malformed) in
            guard let length = DecimalDigits.number(digits), length <= limit else { throw Malformed(why: "its length is not usable") }
            return length
        }
        if let coding {
            guard length == nil else { throw Malformed(why: "it has a length and a transfer coding") }
            guard !isHTTP10, Self.equal(coding, "chunked") else { throw Malformed(why: "its transfer coding is not known") }
        }
        if status == 204 || status == 304 { return .none }
        return coding == nil ? length.map { .length($0) } ?? .untilEnd : .chunked
    }

    private static func trimmed(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        guard let start = text.firstIndex(where: { !isSpace($0) }), let end = text.lastIndex(where: { !isSpace($0) }) else { return [] }
        return text[start...end]
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    /// - Parameter name: in lower case.
    private static func equal(_ text: ArraySlice<UInt8>, _ name: StaticString) -> Bool {
        name.withUTF8Buffer { name in text.elementsEqual(name) { ($0 | 0x20) == $1 && ($0 == $1 || (0x41...0x5A).contains($0)) } }
    }

    /// `tchar` of RFC 9110 section 5.6.2.
    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }
}

private enum DecimalDigits {
    /// Digits alone, of which eighteen always fit.
    static func number(_ digits: ArraySlice<UInt8>) -> Int? {
        guard (1...18).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
    }
}
