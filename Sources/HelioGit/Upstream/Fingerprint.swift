import HelioDigest

enum Fingerprint {
    /// Each part is led by its length, so that no two lists of parts run together.
    static func of(_ parts: [String]) -> String {
        var hash = SHA256()
        for part in parts { hash.update(Array("\(part.utf8.count):\(part)".utf8)) }
        let digits = Array("0123456789abcdef")
        return String(hash.finish().flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 0xF)]] })
    }
}
