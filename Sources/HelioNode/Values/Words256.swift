/// Up to 32 bytes as four big-endian words; what an object id and a SHA-256 digest have in common.
struct Words256: Hashable, Sendable {
    private var w0: UInt64 = 0
    private var w1: UInt64 = 0
    private var w2: UInt64 = 0
    private var w3: UInt64 = 0

    static let zero = Words256()

    var leading: UInt64 { w0 }

    private init() {}

    // A generic loop called from another module is not specialised and costs 10 µs an id; a buffer costs 20 ns. A large
    // repository has a hundred thousand ids, a catalogue a million hashes.

    init(raw: some Collection<UInt8>) {
        self = raw.withContiguousStorageIfAvailable(Self.read(raw:)) ?? Array(raw).withUnsafeBufferPointer(Self.read(raw:))
    }

    private static func read(raw: UnsafeBufferPointer<UInt8>) -> Words256 {
        var words = Words256()
        for index in 0..<min(32, raw.count) {
            words[index / 8] |= UInt64(raw[index]) << UInt64(56 - 8 * (index % 8))
        }
        return words
    }

    init?(hex: some Collection<UInt8>) {
        let words =
            hex.withContiguousStorageIfAvailable(Self.read(hex:)) ?? Array(hex).withUnsafeBufferPointer(Self.read(hex:))
        guard let words else { return nil }
        self = words
    }

    private static func read(hex: UnsafeBufferPointer<UInt8>) -> Words256? {
        guard hex.count <= 64 else { return nil }
        var words = Words256()
        for index in 0..<hex.count {
            guard let value = Self.value(ofHexDigit: hex[index]) else { return nil }
            words[index / 16] |= value << UInt64(60 - 4 * (index % 16))
        }
        return words
    }

    func appendRaw(bytes: Int, to output: inout [UInt8]) {
        for word in 0..<4 {
            withUnsafeBytes(of: self[word].bigEndian) { output.append(contentsOf: $0.prefix(max(0, bytes - 8 * word))) }
        }
    }

    /// - Precondition: `digits` is at most 64.
    func appendHex(digits: Int, to output: inout [UInt8]) {
        let text = (
            Self.hex(w0 >> 32), Self.hex(w0), Self.hex(w1 >> 32), Self.hex(w1),
            Self.hex(w2 >> 32), Self.hex(w2), Self.hex(w3 >> 32), Self.hex(w3)
        )
        withUnsafeBytes(of: text) { output.append(contentsOf: $0.prefix(digits)) }
    }

    /// The lower 32 bits as eight digits, in the order in which they lie in memory. All eight are made at once, one in each
    /// byte of a word: streams of hashes are made of little else.
    private static func hex(_ word: UInt64) -> UInt64 {
        var nibbles = word & 0xFFFF_FFFF
        nibbles = (nibbles & 0xFFFF_0000) << 16 | (nibbles & 0xFFFF)
        nibbles = (nibbles & 0x0000_FF00_0000_FF00) << 8 | (nibbles & 0x0000_00FF_0000_00FF)
        nibbles = (nibbles & 0x00F0_00F0_00F0_00F0) << 4 | (nibbles & 0x000F_000F_000F_000F)
        // 1 in each byte that is above nine: adding six carries it into the upper nibble.
        let letters = (nibbles &+ 0x0606_0606_0606_0606) >> 4 & 0x0101_0101_0101_0101
        return (nibbles &+ 0x3030_3030_3030_3030 &+ letters &* 0x27).bigEndian
    }

    private subscript(word: Int) -> UInt64 {
        get {
            switch word {
            case 0: w0
            case 1: w1
            case 2: w2
            default: w3
            }
        }
        set {
            switch word {
            case 0: w0 = newValue
            case 1: w1 = newValue
            case 2: w2 = newValue
            default: w3 = newValue
            }
        }
    }

    private static func value(ofHexDigit digit: UInt8) -> UInt64? {
        switch digit {
        case 0x30...0x39: UInt64(digit - 0x30)
        case 0x61...0x66: UInt64(digit - 0x57)
        case 0x41...0x46: UInt64(digit - 0x37)
        default: nil
        }
    }
}
