/// Text that others wrote, made fit for a line of a log.
enum LogText {
    /// Bytes of what a server says that are worth keeping.
    static let limit = 200

    /// Printable ASCII stays; every other byte becomes `\xNN`. At most `limit` bytes, an ellipsis among them.
    static func escaped(_ bytes: some Sequence<UInt8>, limit: Int = LogText.limit) -> String {
        var text = ""
        for byte in bytes {
            let piece = (0x20...0x7E).contains(byte) ? String(UnicodeScalar(byte)) : "\\x" + hex(byte)
            guard text.utf8.count + piece.utf8.count <= limit - 3 else { return text + "..." }
            text += piece
        }
        return text
    }

    static func escaped(_ text: String) -> String { escaped(text.utf8) }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.utf8.count == 1 ? "0" + digits : digits
    }
}
