/// The ways in which an input arrives: what is read must not depend on where a connection cuts it.
enum Pieces {
    /// Inputs up to so many bytes come byte by byte, too; longer ones would make a run slow.
    private static let bytewiseLimit = 128

    /// The same bytes in pieces, never empty ones.
    static func ways(_ bytes: [UInt8]) -> [[ArraySlice<UInt8>]] {
        let single = bytes.count > bytewiseLimit ? [] : [bytes.indices.map { bytes[$0...$0] }]
        return single + [cut(bytes)]
    }

    /// At places that the bytes themselves decide, so that an input always comes in the same pieces: lengths from xorshift64
    /// (Marsaglia, "Xorshift RNGs") started with their FNV-1a hash.
    static func cut(_ bytes: [UInt8]) -> [ArraySlice<UInt8>] {
        var state = bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 } | 1
        var pieces: [ArraySlice<UInt8>] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            // Mostly short, because ends of lines and of lengths are: up to 4, 16 or 64 bytes.
            let piece = rest.prefix(1 + Int(state >> 8 & [3, 15, 63][Int(state % 3)]))
            pieces.append(piece)
            rest = rest.dropFirst(piece.count)
        }
        return pieces
    }
}
