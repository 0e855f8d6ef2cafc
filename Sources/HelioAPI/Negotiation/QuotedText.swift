/// The value of a parameter: a token, or a string in quotes (RFC 9110 section 5.6.4).
enum QuotedText {
    /// - Returns: the text without quotes and escapes; nil when it is neither, or its quotes do not match.
    static func value(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.first == UInt8(ascii: "\"") else {
            return !text.isEmpty && text.allSatisfy(isToken) ? Array(text) : nil
        }
        var plain: [UInt8] = []
        var rest = text.dropFirst()
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""): return rest.isEmpty ? plain : nil
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return nil }
                plain.append(escaped)
            default: plain.append(byte)
            }
        }
        return nil
    }

    /// `tchar` of RFC 9110 section 5.6.2.
    static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
        default: marks.contains(byte)
        }
    }

    private static let marks = Array("!#$%&'*+-.^_`|~".utf8)
}
