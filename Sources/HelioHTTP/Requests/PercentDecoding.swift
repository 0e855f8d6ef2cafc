enum PercentDecoding {
    /// Decodes `%XX` once, and `+` to a space where `plusIsSpace` (in queries only).
    /// - Returns: nil for a broken escape, a control character, or bytes that are not UTF-8 (over-long forms included).
    static func decode(_ bytes: some Sequence<UInt8>, plusIsSpace: Bool = false) -> String? {
        var decoded: [UInt8] = []
        var iterator = bytes.makeIterator()
        while var byte = iterator.next() {
            if byte == 0x25 {
                guard let high = iterator.next().flatMap(Characters.hexValue),
                    let low = iterator.next().flatMap(Characters.hexValue)
                else { return nil }
                byte = high << 4 | low
            } else if byte == 0x2B, plusIsSpace {
                byte = 0x20
            }
            guard byte >= 0x20, byte != 0x7F else { return nil }
            decoded.append(byte)
        }
        return String(validating: decoded, as: UTF8.self)
    }
}
