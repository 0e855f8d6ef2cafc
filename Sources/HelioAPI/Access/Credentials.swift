/// What an `Authorization` header shows.
enum Credentials {
    /// What follows `Bearer`.
    static func bearer(_ header: String) -> [UInt8]? { value(of: header, scheme: "bearer ") }

    /// What follows the first colon of `Basic` credentials; the user's name before it is not looked at.
    static func password(_ header: String) -> [UInt8]? {
        guard let pair = value(of: header, scheme: "basic ").flatMap(base64), let colon = pair.firstIndex(of: UInt8(ascii: ":")) else {
            return nil
        }
        return Array(pair[(colon + 1)...])
    }

    /// - Parameter scheme: in lower case, with its space; any case is taken (RFC 9110 section 11.1).
    private static func value(of header: String, scheme: String) -> [UInt8]? {
        let bytes = Array(header.utf8)
        let scheme = Array(scheme.utf8)
        guard bytes.count > scheme.count, zip(bytes, scheme).allSatisfy({ $0 | 0x20 == $1 }) else { return nil }
        return Array(bytes.dropFirst(scheme.count).drop { $0 == 0x20 })
    }

    /// RFC 4648 section 4, with or without its padding; nil for anything else.
    static func base64(_ text: [UInt8]) -> [UInt8]? {
        let digits = text.prefix { $0 != UInt8(ascii: "=") }
        guard text.count - digits.count <= 2, text[digits.count...].allSatisfy({ $0 == UInt8(ascii: "=") }), digits.count % 4 != 1 else {
            return nil
        }
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, UInt32) = (0, 0)
        for digit in digits {
            guard let value = value(of: digit) else { return nil }
            bits = (bits << 6 | value) & 0xFFFF
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> count))
            }
        }
        return bytes
    }

    private static func value(of digit: UInt8) -> UInt32? {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit) - 65
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit) - 71
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(digit) + 4
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
