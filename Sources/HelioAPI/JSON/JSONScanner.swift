/// Reads tokens of JSON from bytes, strictly.
struct JSONScanner {
    private let bytes: [UInt8]
    private(set) var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var isAtEnd: Bool { position == bytes.count }

    var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    mutating func skipSpaces() {
        while let byte = next, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { position += 1 }
    }

    mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        position += 1
        return true
    }

    mutating func expect(_ byte: UInt8) throws(JSONError) {
        guard take(byte) else { throw .malformed }
    }

    mutating func scalar() throws(JSONError) -> FlatObject.Value {
        if next == UInt8(ascii: "\"") { return .string(try string()) }
        for (word, value) in [("true", FlatObject.Value.bool(true)), ("false", .bool(false)), ("null", .null)] where take(word) {
            return value
        }
        let isOther = next.map { [0x7B, 0x5B, 0x2D].contains($0) || (0x30...0x39).contains($0) } ?? false
        throw isOther ? .wrongKind : .malformed
    }

    mutating func take(_ word: String) -> Bool {
        guard bytes[position...].starts(with: word.utf8) else { return false }
        position += word.utf8.count
        return true
    }

    /// - Returns: the bytes of the number (RFC 8259 section 6), of any length.
    mutating func number() throws(JSONError) -> [UInt8] {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            _ = take(UInt8(ascii: "-")) || take(UInt8(ascii: "+"))
            try digits()
        }
        return Array(bytes[start..<position])
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = next, (0x30...0x39).contains(byte) { position += 1 }
        guard position > start else { throw .malformed }
    }

    /// - Returns: the bytes of the string, which are UTF-8.
    mutating func string() throws(JSONError) -> [UInt8] {
        try expect(UInt8(ascii: "\""))
        var text: [UInt8] = []
        while let byte = next {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return try Self.checked(text)
            case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
            case 0..<0x20: throw .malformed
            default: text.append(byte)
            }
        }
        throw .malformed
    }

    private static func checked(_ text: [UInt8]) throws(JSONError) -> [UInt8] {
        guard String(validating: text, as: UTF8.self) != nil else { throw .notUTF8 }
        return text
    }

    private mutating func escape() throws(JSONError) -> [UInt8] {
        guard let byte = next else { throw .malformed }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
        case UInt8(ascii: "b"): return [0x08]
        case UInt8(ascii: "f"): return [0x0C]
        case UInt8(ascii: "n"): return [0x0A]
        case UInt8(ascii: "r"): return [0x0D]
        case UInt8(ascii: "t"): return [0x09]
        case UInt8(ascii: "u"): return Array(UTF8.encode(try scalarEscape()) ?? UTF8.encodedReplacementCharacter)
        default: throw .malformed
        }
    }

    /// Half a surrogate pair is refused: it names no character.
    private mutating func scalarEscape() throws(JSONError) -> Unicode.Scalar {
        var code = try fourDigits()
        if (0xD800..<0xDC00).contains(code) {
            try expect(UInt8(ascii: "\\"))
            try expect(UInt8(ascii: "u"))
            let low = try fourDigits()
            guard (0xDC00..<0xE000).contains(low) else { throw .notUTF8 }
            code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
        }
        guard let scalar = Unicode.Scalar(code) else { throw .notUTF8 }
        return scalar
    }

    private mutating func fourDigits() throws(JSONError) -> UInt32 {
        guard bytes.count - position >= 4 else { throw .malformed }
        var value: UInt32 = 0
        for byte in bytes[position..<position + 4] {
            switch byte {
            case 0x30...0x39: value = value << 4 | UInt32(byte - 0x30)
            case 0x41...0x46, 0x61...0x66: value = value << 4 | UInt32((byte | 0x20) - 0x57)
            default: throw .malformed
            }
        }
        position += 4
        return value
    }
}
