/// Text of others as a page may show it.
enum ShownText {
    /// Appends `text`, escaped for HTML inside and outside of attributes.
    ///
    /// What cannot be seen, and what turns the direction of the text around it (U+202E and its kin), is written as its number:
    /// `⟨U+202E⟩`. Two names that differ only in such are then seen to differ; letters of two scripts may still look alike.
    /// - Parameter limit: of scalars as they are shown. What is longer is cut between two characters and ends with `…`.
    static func append(_ text: String, limit: Int, to output: inout [UInt8]) {
        guard !isPlain(text, within: limit) else { return output.append(contentsOf: text.utf8) }
        var room = limit
        for character in text {
            let cost = character.unicodeScalars.reduce(0) { $0 + (isSeen($1) ? 1 : number(of: $1).unicodeScalars.count) }
            guard cost <= room else { return output.append(contentsOf: "…".utf8) }
            room -= cost
            for scalar in character.unicodeScalars { append(scalar, to: &output) }
        }
    }

    /// Most text is: names, numbers and words of ours.
    private static func isPlain(_ text: String, within limit: Int) -> Bool {
        text.utf8.count <= limit
            && text.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "\""), UInt8(ascii: "'"): false
                default: (0x20...0x7E).contains(byte)
                }
            }
    }

    private static func append(_ scalar: Unicode.Scalar, to output: inout [UInt8]) {
        switch scalar {
        case "&": output.append(contentsOf: "&amp;".utf8)
        case "<": output.append(contentsOf: "&lt;".utf8)
        case ">": output.append(contentsOf: "&gt;".utf8)
        case "\"": output.append(contentsOf: "&quot;".utf8)
        case "'": output.append(contentsOf: "&#39;".utf8)
        case _ where isSeen(scalar): output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
        default: output.append(contentsOf: number(of: scalar).utf8)
        }
    }

    private static func isSeen(_ scalar: Unicode.Scalar) -> Bool {
        if (0x20...0x7E).contains(scalar.value) { return true }
        // The empty pattern of Braille is drawn as nothing, and is no space.
        if scalar.properties.isDefaultIgnorableCodePoint || scalar == "\u{2800}" { return false }
        switch scalar.properties.generalCategory {
        case .spaceSeparator, .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return false
        default: return true
        }
    }

    private static func number(of scalar: Unicode.Scalar) -> String {
        let hex = String(scalar.value, radix: 16, uppercase: true)
        return "⟨U+" + String(repeating: "0", count: max(0, 4 - hex.count)) + hex + "⟩"
    }
}
