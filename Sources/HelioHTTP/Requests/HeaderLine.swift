/// `name: value`. Every line is checked; of the few that decide framing the meaning is kept, the others are read when a handler
/// asks for them.
enum HeaderLine {
    /// 10^17 bytes: eighteen digits always fit an `Int`.
    static let contentLengthDigits = 18
    /// The longest name of RFC 1035, with brackets and a port.
    static let hostBytes = 253 + 8

    static func read(_ line: Range<Int>, of bytes: Span<UInt8>, into head: inout RequestHead) throws(Refusal) {
        var colon = line.lowerBound
        while colon < line.upperBound, Characters.isToken(bytes[colon]) { colon += 1 }
        guard colon > line.lowerBound, colon < line.upperBound, bytes[colon] == 0x3A else { throw .badHeader }
        for index in (colon + 1)..<line.upperBound where !Characters.isFieldValue(bytes[index]) { throw .badHeader }
        let name = line.lowerBound..<colon
        switch name.count {
        case 4 where isNamed("host", name, bytes): try readHost(trim((colon + 1)..<line.upperBound, bytes), bytes, &head)
        case 6 where isNamed("expect", name, bytes): readExpect(trim((colon + 1)..<line.upperBound, bytes), bytes, &head)
        case 10 where isNamed("connection", name, bytes): readConnection((colon + 1)..<line.upperBound, bytes, &head)
        case 14 where isNamed("content-length", name, bytes):
            try readLength(trim((colon + 1)..<line.upperBound, bytes), bytes, &head)
        case 17 where isNamed("transfer-encoding", name, bytes): head.hasTransferEncoding = true
        default: break
        }
    }

    /// Whether the bytes of `range` are `name`, which is lower-case, in any case.
    static func isNamed(_ name: StaticString, _ range: Range<Int>, _ bytes: Span<UInt8>) -> Bool {
        name.withUTF8Buffer { expected in
            guard expected.count == range.count else { return false }
            for index in 0..<expected.count
            where Characters.lowercased(bytes[range.lowerBound + index]) != expected[index] { return false }
            return true
        }
    }

    /// Without the spaces and tabs around it.
    static func trim(_ range: Range<Int>, _ bytes: Span<UInt8>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end, bytes[start] == 0x20 || bytes[start] == 0x09 { start += 1 }
        while end > start, bytes[end - 1] == 0x20 || bytes[end - 1] == 0x09 { end -= 1 }
        return start..<end
    }

    /// May be empty: RFC 9110 section 7.2 wants it so when the target has no authority.
    private static func readHost(_ value: Range<Int>, _ bytes: Span<UInt8>, _ head: inout RequestHead) throws(Refusal) {
        head.hosts += 1
        guard value.count <= hostBytes else { throw .badHost }
        for index in value where !Characters.isHost(bytes[index]) { throw .badHost }
    }

    private static func readLength(_ value: Range<Int>, _ bytes: Span<UInt8>, _ head: inout RequestHead) throws(Refusal) {
        guard head.contentLength == nil, (1...contentLengthDigits).contains(value.count) else { throw .badContentLength }
        var length = 0
        for index in value {
            guard Characters.isDigit(bytes[index]) else { throw .badContentLength }
            length = length * 10 + Int(bytes[index] - 0x30)
        }
        head.contentLength = length
    }

    private static func readExpect(_ value: Range<Int>, _ bytes: Span<UInt8>, _ head: inout RequestHead) {
        head.expectsContinue = isNamed("100-continue", value, bytes) && head.expectsContinue == nil
    }

    private static func readConnection(_ value: Range<Int>, _ bytes: Span<UInt8>, _ head: inout RequestHead) {
        var start = value.lowerBound
        while start < value.upperBound {
            var end = start
            while end < value.upperBound, bytes[end] != 0x2C { end += 1 }
            let option = trim(start..<end, bytes)
            if isNamed("close", option, bytes) { head.saysClose = true }
            if isNamed("keep-alive", option, bytes) { head.saysKeepAlive = true }
            start = end + 1
        }
    }
}
