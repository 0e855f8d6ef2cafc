import HelioNode

/// The id by which children of this data directory are known.
enum NodeMarker {
    static let variable = "HELIOSTAT_NODE"

    /// 128 random bits in hexadecimal, made at the first start.
    static func load(_ path: String) throws(Failure) -> String {
        if let bytes = try Files.readIfPresent(path, limit: 64), isMarker(bytes) {
            return String(decoding: bytes, as: UTF8.self)
        }
        let marker = hex(UInt64.random(in: 0 ... .max)) + hex(UInt64.random(in: 0 ... .max))
        try Files.replace(path, with: Array(marker.utf8), mode: 0o640)
        return marker
    }

    private static func isMarker(_ bytes: [UInt8]) -> Bool {
        bytes.count == 32 && bytes.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x66).contains($0) }
    }

    private static func hex(_ word: UInt64) -> String {
        let digits = String(word, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }
}
