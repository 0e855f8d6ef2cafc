/// Parts with slashes between them. In a part, `!` stands before a slash, before another `!`, and means nothing before anything
/// else. Byte by byte: a mark that follows makes another `Character` of a slash.
enum JolokiaPath {
    /// Without the empty part after a slash at the end.
    static func split(_ path: String) -> [String] {
        var parts: [[UInt8]] = [[]]
        var isEscaped = false
        for byte in path.utf8 {
            switch byte {
            case UInt8(ascii: "!") where !isEscaped:
                isEscaped = true
                continue
            case UInt8(ascii: "/") where !isEscaped: parts.append([])
            default: parts[parts.count - 1].append(byte)
            }
            isEscaped = false
        }
        if parts[parts.count - 1].isEmpty { parts.removeLast() }
        return parts.map { String(decoding: $0, as: UTF8.self) }
    }

    /// What `split` takes apart again, unless the last part is empty.
    static func join(_ parts: [String]) -> String { parts.map(escaped).joined(separator: "/") }

    private static func escaped(_ part: String) -> String {
        var text: [UInt8] = []
        for byte in part.utf8 {
            if byte == UInt8(ascii: "!") || byte == UInt8(ascii: "/") { text.append(UInt8(ascii: "!")) }
            text.append(byte)
        }
        return String(decoding: text, as: UTF8.self)
    }
}
