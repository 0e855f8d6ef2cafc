/// Appends numbers and byte strings in the form that `ByteReader` takes.
struct ByteWriter {
    private(set) var bytes: [UInt8] = []

    mutating func append(byte: UInt8) { bytes.append(byte) }

    /// LEB128: seven bits a byte, the lowest first, the top bit set on all but the last.
    mutating func append(number: Int) {
        var rest = UInt64(number)
        while rest > 0x7F {
            bytes.append(UInt8(rest & 0x7F) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    mutating func append(counted text: some Collection<UInt8>) {
        append(number: text.count)
        bytes.append(contentsOf: text)
    }

    mutating func append(_ write: (inout [UInt8]) -> Void) { write(&bytes) }
}
