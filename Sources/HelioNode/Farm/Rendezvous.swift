/// Who of several is to do something, the same answer on every node without a word between them: highest random weight (Thaler
/// and Ravishankar, "A name-based mapping scheme for rendezvous", 1996). One that leaves moves only what was its own.
public enum Rendezvous {
    /// The candidates in the order of their claim to `key`.
    public static func order(_ candidates: some Collection<MemberID>, for key: Int64) -> [MemberID] {
        candidates.map { (weight: weight($0, key), id: $0) }
            .sorted { ($1.weight, $0.id) < ($0.weight, $1.id) }
            .map(\.id)
    }

    private static func weight(_ id: MemberID, _ key: Int64) -> UInt64 {
        var sum: UInt64 = 0xCBF2_9CE4_8422_2325  // FNV-1a
        for byte in id.text.utf8 { sum = (sum ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        var mixing = SeededGenerator(seed: sum ^ UInt64(bitPattern: key))
        return mixing.next()
    }
}
