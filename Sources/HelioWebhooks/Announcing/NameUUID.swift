import HelioDigest

/// UUIDs that follow from a name: version 5 of RFC 9562, section 5.5.
struct NameUUID: Hashable, Sendable, CustomStringConvertible {
    let bytes: [UInt8]

    /// Under which everything of Heliostat is named; drawn once, never changed, because ids that receivers have seen follow from it.
    static let heliostat = NameUUID(
        exactly: [0x5B, 0x1E, 0x0D, 0x73, 0x9A, 0x44, 0x4C, 0x1F, 0xA6, 0x02, 0x7D, 0x30, 0xE9, 0x58, 0x21, 0xC4])

    init(exactly bytes: [UInt8]) { self.bytes = bytes }

    init(_ name: some Sequence<UInt8>, in space: NameUUID) {
        var digest = Array(SHA1.of(space.bytes + Array(name)).prefix(16))
        digest[6] = digest[6] & 0x0F | 0x50
        digest[8] = digest[8] & 0x3F | 0x80
        bytes = digest
    }

    init(_ name: String, in space: NameUUID) { self.init(name.utf8, in: space) }

    var description: String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { text.append(UInt8(ascii: "-")) }
            text += [digits[Int(byte >> 4)], digits[Int(byte & 0xF)]]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
