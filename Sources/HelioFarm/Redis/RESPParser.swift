/// Reads replies from bytes as they arrive, in pieces of any size, looking at each byte once.
///
/// Nothing is allocated because a length announces it: memory follows the bytes that came. What exceeds a limit, or is no RESP2,
/// is an error after which the parser must not be used any more: nobody knows where the next reply begins.
struct RESPParser {
    /// Far above what the farm's commands can lead to, far below what hurts a node.
    enum Limits {
        static let line = 64 << 10
        static let bulk = 4 << 20
        /// In one reply, at all levels together.
        static let elements = 65_536
        /// Arrays in arrays.
        static let nesting = 8
        /// Bytes of one reply.
        static let reply = 16 << 20
    }

    /// An array whose elements are being read.
    private struct OpenArray {
        var missing: Int
        var values: [RESPValue] = []
    }

    private enum Expectation {
        /// The first byte of a value.
        case kind
        /// The rest of a line, which `kind` began.
        case line(kind: UInt8)
        /// So many bytes of a bulk string.
        case bulk(missing: Int)
        /// What ends a bulk string.
        case bulkReturn, bulkNewline
    }

    private static let kinds = Array("+-:$*".utf8)

    private var input: [UInt8] = []
    private var position = 0
    private var expectation = Expectation.kind
    /// The line or the bulk string that is being read.
    private var text: [UInt8] = []
    private var arrays: [OpenArray] = []
    private var elements = 0
    private var replyBytes = 0

    /// - Precondition: everything that came before has been read: `next` returned nil.
    mutating func append(_ bytes: [UInt8]) {
        precondition(position == input.count, "input is appended when the last was used up")
        input = bytes
        position = 0
    }

    /// The next whole reply; nil when more bytes are needed for it.
    mutating func next() throws(RedisError) -> RESPValue? {
        while position < input.count {
            let before = position
            let value = try step()
            replyBytes += position - before
            guard replyBytes <= Limits.reply else { throw .protocolViolation("a reply of more than \(Limits.reply >> 20) MiB") }
            if let value, let reply = try close(value) {
                (elements, replyBytes) = (0, 0)
                return reply
            }
        }
        return nil
    }

    /// Uses at least one byte. Returns a value that is complete, an array only if it has no elements.
    private mutating func step() throws(RedisError) -> RESPValue? {
        switch expectation {
        case .kind:
            let kind = input[position]
            guard Self.kinds.contains(kind) else {
                throw .protocolViolation("a reply that begins with \(LogText.escaped([kind], limit: 8))")
            }
            expectation = .line(kind: kind)
            position += 1
            return nil
        case .line(let kind): return try readLine(kind)
        case .bulk(let missing):
            let count = min(missing, input.count - position)
            text += input[position..<(position + count)]
            position += count
            expectation = count == missing ? .bulkReturn : .bulk(missing: missing - count)
            return nil
        case .bulkReturn:
            try skip(UInt8(ascii: "\r"))
            expectation = .bulkNewline
            return nil
        case .bulkNewline:
            try skip(UInt8(ascii: "\n"))
            return .bulk(takeText())
        }
    }

    private mutating func skip(_ byte: UInt8) throws(RedisError) {
        guard input[position] == byte else { throw .protocolViolation("a string that is longer than announced") }
        position += 1
    }

    /// A line may arrive in pieces, its two end bytes as well: the carriage return then waits at the end of `text`.
    private mutating func readLine(_ kind: UInt8) throws(RedisError) -> RESPValue? {
        let rest = input[position...]
        let newline = rest.firstIndex(of: UInt8(ascii: "\n"))
        text += rest[..<(newline ?? rest.endIndex)]
        position = newline.map { $0 + 1 } ?? rest.endIndex
        guard text.count <= Limits.line else { throw .protocolViolation("a line of more than \(Limits.line >> 10) KiB") }
        guard newline != nil else { return nil }
        guard text.popLast() == UInt8(ascii: "\r"), !text.contains(UInt8(ascii: "\r")) else {
            throw .protocolViolation("a line that does not end as lines do")
        }
        return try value(kind, takeText())
    }

    private mutating func takeText() -> [UInt8] {
        defer { text = [] }
        expectation = .kind
        return text
    }

    /// nil when the line only announces what follows.
    private mutating func value(_ kind: UInt8, _ line: [UInt8]) throws(RedisError) -> RESPValue? {
        switch kind {
        case UInt8(ascii: "+"): return .simple(line)
        case UInt8(ascii: "-"): return .error(line)
        case UInt8(ascii: ":"): return .integer(try Self.number(line))
        case UInt8(ascii: "$"):
            guard let length = try Self.length(line, limit: Limits.bulk, of: "string") else { return .bulk(nil) }
            expectation = length == 0 ? .bulkReturn : .bulk(missing: length)
            return nil
        default:
            guard let count = try Self.length(line, limit: Limits.elements, of: "array") else { return .array(nil) }
            guard count > 0 else { return .array([]) }
            try open(count)
            return nil
        }
    }

    private mutating func open(_ count: Int) throws(RedisError) {
        elements += count  // each at most `Limits.elements`, and the sum is checked after every addition
        guard elements <= Limits.elements else { throw .protocolViolation("a reply of more than \(Limits.elements) elements") }
        guard arrays.count < Limits.nesting else { throw .protocolViolation("arrays nested more than \(Limits.nesting) deep") }
        arrays.append(OpenArray(missing: count))
    }

    /// Puts a complete value into the array that waits for it, and closes the arrays that this completes.
    /// - Returns: the reply, when it is complete.
    private mutating func close(_ value: RESPValue) throws(RedisError) -> RESPValue? {
        var value = value
        while let innermost = arrays.indices.last {
            arrays[innermost].values.append(value)
            arrays[innermost].missing -= 1
            guard arrays[innermost].missing == 0 else { return nil }
            value = .array(arrays.removeLast().values)
        }
        return value
    }
}

extension RESPParser {
    /// nil for -1, which is how RESP2 writes its nulls.
    private static func length(_ line: [UInt8], limit: Int, of what: String) throws(RedisError) -> Int? {
        let number = try number(line)
        if number == -1 { return nil }
        guard let length = Int(exactly: number), length >= 0, length <= limit else {
            throw .protocolViolation("\(what) of length \(number), where \(limit) is the limit")
        }
        return length
    }

    private static func number(_ line: [UInt8]) throws(RedisError) -> Int64 {
        let isNegative = line.first == UInt8(ascii: "-")
        let digits = line.dropFirst(isNegative ? 1 : 0)
        var value: Int64? = digits.isEmpty ? nil : 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit), let sofar = value else { value = nil; break }
            value = appended(sofar, Int64(digit - UInt8(ascii: "0")), isNegative: isNegative)
        }
        guard let value else { throw .protocolViolation("\(LogText.escaped(line, limit: 40)) where a number should be") }
        return value
    }

    private static func appended(_ value: Int64, _ digit: Int64, isNegative: Bool) -> Int64? {
        let shifted = value.multipliedReportingOverflow(by: 10)
        let sum = shifted.partialValue.addingReportingOverflow(isNegative ? -digit : digit)
        return shifted.overflow || sum.overflow ? nil : sum.partialValue
    }
}
