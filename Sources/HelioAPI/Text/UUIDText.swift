enum UUIDText {
    /// Forms a UUID of version 8 (RFC 9562 section 5.8) from the first 32 hex digits; of anything else, the nil UUID.
    static func version8(hex: String) -> String {
        var digits = Array(hex.lowercased().utf8.prefix(32))
        let isHex = digits.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
        guard digits.count == 32, isHex else { return "00000000-0000-0000-0000-000000000000" }
        digits[12] = UInt8(ascii: "8")
        digits[16] = variant(digits[16])
        let groups = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32]
        return groups.map { String(decoding: digits[$0], as: UTF8.self) }.joined(separator: "-")
    }

    /// The digit with its upper two bits set to 10.
    private static func variant(_ digit: UInt8) -> UInt8 {
        let value = digit < 0x3A ? digit - 0x30 : digit - 0x57
        return Array("89ab".utf8)[Int(value & 3)]
    }
}
