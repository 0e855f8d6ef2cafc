/// Reads what `ByteWriter` wrote, or anything else without harm.
struct ByteReader {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    var remaining: Int { bytes.count - position }

    mutating func byte() throws(ChangeCodecError) -> UInt8 {
        guard position < bytes.count else { throw .truncated }
        defer { position += 1 }
        return bytes[position]
    }

    /// At most nine bytes, so that it fits an `Int`.
    mutating func number() throws(ChangeCodecError) -> Int {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 63, by: 7) {
            let next = try byte()
            result |= UInt64(next & 0x7F) << shift
            if next & 0x80 == 0 { return Int(result) }
        }
        throw .numberTooLarge
    }

    mutating func take(_ count: Int) throws(ChangeCodecError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= remaining else { throw .truncated }
        defer { position += count }
        return bytes[position..<(position + count)]
    }

    mutating func counted() throws(ChangeCodecError) -> ArraySlice<UInt8> { try take(number()) }
}
