import Glibc
import HelioNode

/// Reads the text of a packed-refs file, ref by ref.
struct PackedRecords {
    struct Record {
        let target: ArraySlice<UInt8>
        let name: ArraySlice<UInt8>
        /// All of its lines: what an annotated tag leads to is told in a second one.
        let lines: ArraySlice<UInt8>
    }

    private let text: [UInt8]
    private let digits: Int
    private var position = 0
    private var last: ArraySlice<UInt8> = []

    init(_ text: [UInt8], _ format: ObjectFormat) throws(Failure) {
        (self.text, digits) = (text, format.digits)
        if text.first == 0x23 {
            guard try line().starts(with: "# pack-refs with:".utf8) else { throw Self.malformed }
        }
    }

    /// - Throws: `.corrupt` for anything but refs in order, each once.
    mutating func next() throws(Failure) -> Record? {
        guard position < text.count else { return nil }
        let start = position
        let line = try line()
        let name = line.dropFirst(digits + 1)
        guard !name.isEmpty, line[start + digits] == 0x20, isHex(line.prefix(digits)), Bytes.order(last, name) < 0 else { throw Self.malformed }
        if position < text.count, text[position] == 0x5E { try skipPeeled() }
        last = name
        return Record(target: line.prefix(digits), name: name, lines: text[start..<position])
    }

    /// Reads to the end.
    func check() throws(Failure) {
        var rest = self
        while try rest.next() != nil {}
    }

    private mutating func skipPeeled() throws(Failure) {
        let peeled = try line().dropFirst()
        guard peeled.count == digits, isHex(peeled) else { throw Self.malformed }
    }

    /// Without its end, which has to be there: a file that was cut off has lost refs.
    private mutating func line() throws(Failure) -> ArraySlice<UInt8> {
        let start = position
        guard let end = Bytes.firstIndex(of: 0x0A, in: text[start...]) else { throw Self.malformed }
        position = end + 1
        return text[start..<end]
    }

    private func isHex(_ digits: ArraySlice<UInt8>) -> Bool {
        digits.withUnsafeBufferPointer { buffer in
            var index = 0
            while index < buffer.count {
                guard isxdigit(Int32(buffer[index])) != 0 else { return false }
                index += 1
            }
            return true
        }
    }

    private static var malformed: Failure { Failure(.corrupt, "packed-refs is malformed") }
}
