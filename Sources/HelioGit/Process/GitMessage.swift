/// Makes what git, a peer or a file system said fit to be shown: one bounded line without control characters and secrets.
enum GitMessage {
    /// Bytes of a message; enough for the longest of git's own.
    static let limit = 400

    static func bounded(_ text: String) -> String {
        text.utf8.count <= limit ? text : String(decoding: text.utf8.prefix(limit), as: UTF8.self) + "…"
    }

    /// Control characters, including those of bidirectional text, as `\u{…}`.
    static func escaped(_ text: String) -> String {
        var result = ""
        for character in text.unicodeScalars {
            switch character.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                result += "\\u{" + String(character.value, radix: 16) + "}"
            default:
                result.unicodeScalars.append(character)
            }
        }
        return result
    }

    /// The lines of git's stderr that tell what went wrong, in order, progress left out.
    static func summary(_ stderr: [UInt8]) -> String {
        let lines = stderr.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D })
        let telling = lines.filter { line in
            ["fatal:", "error:", "remote: fatal", "remote: error", "ssh:", "ERROR:", "remote: ERROR"].contains {
                line.starts(with: $0.utf8)
            }
        }
        let chosen = telling.isEmpty ? lines.suffix(1) : telling.prefix(3)
        let text = chosen.map { escaped(String(decoding: $0, as: UTF8.self)) }.joined(separator: "; ")
        return bounded(withoutUserInformation(text))
    }

    /// `https://user:secret@host` becomes `https://host`.
    static func withoutUserInformation(_ text: String) -> String {
        var result: [UInt8] = []
        var rest = Array(text.utf8)[...]
        while let mark = firstIndex(of: "://", in: rest) {
            result += rest[..<(mark + 3)]
            rest = rest[(mark + 3)...]
            let end = rest.firstIndex { [0x20, 0x27, 0x22, 0x2F].contains($0) } ?? rest.endIndex
            if let at = rest[..<end].lastIndex(of: UInt8(ascii: "@")) { rest = rest[(at + 1)...] }
        }
        return String(decoding: result + rest, as: UTF8.self)
    }

    private static func firstIndex(of needle: String, in text: ArraySlice<UInt8>) -> Int? {
        text.indices.first { text[$0...].starts(with: needle.utf8) }
    }
}
