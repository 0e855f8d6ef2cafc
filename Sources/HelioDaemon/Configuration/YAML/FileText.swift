/// The bytes of a configuration file, checked to be text that a person meant to write.
enum FileText {
    /// Bytes. The longest list of URLs that the schema takes, 20,000, has 400 for each.
    static let maximumSize = 8 << 20

    /// - Throws: the one problem that makes the file unreadable as a whole.
    static func read(_ path: String) throws(YAMLError) -> [UInt8] {
        let bytes: [UInt8]
        do throws(FileError) {
            bytes = try SmallFile.read(path, limit: maximumSize).bytes
        } catch {
            throw YAMLError(.start, error.message)
        }
        try check(bytes)
        return bytes
    }

    static func check(_ bytes: [UInt8]) throws(YAMLError) {
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) || bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
            throw YAMLError(.start, "starts with a byte order mark; save the file as UTF-8 without one")
        }
        guard String(validating: bytes, as: UTF8.self) != nil else { throw firstInvalidByte(in: bytes) }
        // The parser below would refuse most of these too, but cannot tell where they are.
        guard let control = bytes.firstIndex(where: { ($0 < 0x20 && $0 != 0x0A && $0 != 0x09) || $0 == 0x7F }) else { return }
        let isReturn = bytes[control] == 0x0D
        throw YAMLError(
            place(of: control, in: bytes),
            isReturn ? "holds a carriage return; save the file with LF line ends" : "holds a control character")
    }

    private static func firstInvalidByte(in bytes: [UInt8]) -> YAMLError {
        var valid = 0
        var decoder = UTF8()
        var iterator = bytes.makeIterator()
        decoding: while true {
            switch decoder.decode(&iterator) {
            case .scalarValue(let scalar): valid += UTF8.width(scalar)
            case .emptyInput, .error: break decoding
            }
        }
        return YAMLError(place(of: valid, in: bytes), "is not UTF-8 here")
    }

    /// - Precondition: the bytes before `index` are UTF-8.
    private static func place(of index: Int, in bytes: [UInt8]) -> Place {
        let before = bytes[..<min(index, bytes.count)]
        let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        let column = String(decoding: before[lineStart...], as: UTF8.self).unicodeScalars.count + 1
        return .file(line: before.count { $0 == 0x0A } + 1, column: column)
    }
}
