/// `METHOD SP target SP HTTP/1.x`, with exactly one space each.
enum RequestLine {
    /// The longest method, two spaces and the version.
    static let overhead = 7 + 2 + 8

    static func read(
        _ line: Range<Int>, of bytes: Span<UInt8>, _ limits: Configuration, into head: inout RequestHead
    ) throws(Refusal) {
        let methodEnd = tokenEnd(line, of: bytes)
        guard methodEnd > line.lowerBound else { throw .badRequestLine }
        // As while the line is incomplete: an answer must not depend on how the bytes were split.
        guard line.count <= limits.targetBytes + overhead else { throw .targetTooLong }
        guard methodEnd < line.upperBound, bytes[methodEnd] == 0x20 else { throw .badRequestLine }
        head.targetStart = methodEnd + 1
        try readTarget(line, of: bytes, into: &head)
        guard head.targetEnd - head.targetStart <= limits.targetBytes else { throw .targetTooLong }
        try readVersion((head.targetEnd + 1)..<line.upperBound, of: bytes, into: &head)
        head.method = method(line.lowerBound..<methodEnd, of: bytes)
        // Neither a proxy's targets nor the `*` of `OPTIONS`, which asks about the server as a whole: that has nothing to say.
        guard bytes[head.targetStart] == 0x2F else { throw .badTarget }
    }

    private static func tokenEnd(_ line: Range<Int>, of bytes: Span<UInt8>) -> Int {
        var index = line.lowerBound
        while index < line.upperBound, Characters.isToken(bytes[index]) { index += 1 }
        return index
    }

    /// Up to the space before the version; leaves the path's end in `head` too.
    private static func readTarget(_ line: Range<Int>, of bytes: Span<UInt8>, into head: inout RequestHead) throws(Refusal) {
        var index = head.targetStart
        var question: Int?
        while index < line.upperBound, bytes[index] != 0x20 {
            let byte = bytes[index]
            guard Characters.isTarget(byte) else { throw .badTarget }
            if byte == 0x3F, question == nil { question = index }
            if byte == 0x25 { try checkEscape(at: index, before: line.upperBound, of: bytes) }
            index += 1
        }
        guard index > head.targetStart else { throw .badTarget }
        guard index < line.upperBound else { throw .badVersion }  // HTTP/0.9 has no version
        head.targetEnd = index
        head.pathEnd = question ?? index
    }

    /// `%XX`, and not `%00`: a NUL would cut the name short for everyone who reads it as a C string.
    private static func checkEscape(at index: Int, before end: Int, of bytes: Span<UInt8>) throws(Refusal) {
        guard index + 2 < end, let high = Characters.hexValue(bytes[index + 1]), let low = Characters.hexValue(bytes[index + 2]),
            high != 0 || low != 0
        else { throw .badTarget }
    }

    private static func readVersion(_ range: Range<Int>, of bytes: Span<UInt8>, into head: inout RequestHead) throws(Refusal) {
        guard range.count == 8, equal(range.lowerBound, "HTTP/", of: bytes), bytes[range.lowerBound + 6] == 0x2E else {
            throw .badVersion
        }
        let (major, minor) = (bytes[range.lowerBound + 5], bytes[range.lowerBound + 7])
        guard Characters.isDigit(major), Characters.isDigit(minor) else { throw .badVersion }
        guard major == 0x31, minor <= 0x31 else { throw .unsupportedVersion }
        head.isHTTP10 = minor == 0x30
    }

    private static func method(_ range: Range<Int>, of bytes: Span<UInt8>) -> Method? {
        let start = range.lowerBound
        switch range.count {
        case 3 where equal(start, "GET", of: bytes): return .get
        case 3 where equal(start, "PUT", of: bytes): return .put
        case 4 where equal(start, "HEAD", of: bytes): return .head
        case 4 where equal(start, "POST", of: bytes): return .post
        case 5 where equal(start, "PATCH", of: bytes): return .patch
        case 5 where equal(start, "TRACE", of: bytes): return .trace
        case 5 where equal(start, "QUERY", of: bytes): return .query
        case 6 where equal(start, "DELETE", of: bytes): return .delete
        case 7 where equal(start, "OPTIONS", of: bytes): return .options
        default: return nil
        }
    }

    private static func equal(_ start: Int, _ text: StaticString, of bytes: Span<UInt8>) -> Bool {
        text.withUTF8Buffer { expected in
            for index in 0..<expected.count where bytes[start + index] != expected[index] { return false }
            return true
        }
    }
}
