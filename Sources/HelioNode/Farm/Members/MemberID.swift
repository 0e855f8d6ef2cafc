/// Who a node is within its farm: the UUID kept in its data directory, lower-case.
public struct MemberID: Hashable, Comparable, Sendable {
    public let text: String

    /// - Returns: nil unless `text` is a UUID in the form of RFC 9562, section 4.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return nil }
        for (index, byte) in bytes.enumerated() {
            let isDash = [8, 13, 18, 23].contains(index)
            let isHex = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte) || (0x41...0x46).contains(byte)
            guard isDash ? byte == 0x2D : isHex else { return nil }
        }
        self.text = text.lowercased()
    }

    public static func < (left: MemberID, right: MemberID) -> Bool { left.text < right.text }
}

extension MemberID: CustomStringConvertible {
    public var description: String { text }
}
