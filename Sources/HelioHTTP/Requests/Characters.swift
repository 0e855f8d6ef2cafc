/// Character classes of RFC 9110 and RFC 3986, as bit masks: no table in memory, no branch for each member.
enum Characters {
    /// `tchar` of RFC 9110 section 5.6.2.
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool { contains(byte, 0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE) }

    /// What a request target may hold: `pchar`, `/` and `?` of RFC 3986. `#`, quotes, brackets, spaces and everything outside
    /// ASCII are not among them.
    @inline(__always)
    static func isTarget(_ byte: UInt8) -> Bool { contains(byte, 0xAFFF_FFF2_0000_0000, 0x47FF_FFFE_87FF_FFFF) }

    /// What a `Host` may hold: a registered name, an address in brackets, a port.
    @inline(__always)
    static func isHost(_ byte: UInt8) -> Bool { contains(byte, 0x07FF_6020_0000_0000, 0x47FF_FFFE_AFFF_FFFE) }

    /// `field-vchar`, space and tab: no other control character, not DEL.
    @inline(__always)
    static func isFieldValue(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

    @inline(__always)
    static func isDigit(_ byte: UInt8) -> Bool { byte &- 0x30 < 10 }

    static func hexValue(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 0x30...0x39: byte - 0x30
        case 0x41...0x46: byte - 0x37
        case 0x61...0x66: byte - 0x57
        default: nil
        }
    }

    @inline(__always)
    static func lowercased(_ byte: UInt8) -> UInt8 { byte &- 0x41 < 26 ? byte | 0x20 : byte }

    @inline(__always)
    private static func contains(_ byte: UInt8, _ low: UInt64, _ high: UInt64) -> Bool {
        guard byte < 0x80 else { return false }
        return (byte < 0x40 ? low : high) >> UInt64(byte & 0x3F) & 1 == 1
    }
}
