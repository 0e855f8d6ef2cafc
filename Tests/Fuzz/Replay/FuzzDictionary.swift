/// A dictionary as libFuzzer reads it: one word a line in quotes, with `\\`, `\"` and `\xNN`; `#` begins a comment.
enum FuzzDictionary {
    struct Malformed: Error {
        let line: String
    }

    static func words(of text: String) throws(Malformed) -> [[UInt8]] {
        var words: [[UInt8]] = []
        for line in text.split(separator: "\n") where !line.hasPrefix("#") {
            guard let word = word(in: line.utf8) else { throw Malformed(line: String(line)) }
            words.append(word)
        }
        return words
    }

    /// A name before the word, `name="word"`, means nothing.
    private static func word(in line: Substring.UTF8View) -> [UInt8]? {
        var rest = line.drop { $0 != UInt8(ascii: "\"") }.dropFirst()
        var word: [UInt8] = []
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "\"") { return rest.isEmpty && !word.isEmpty ? word : nil }
            guard byte == UInt8(ascii: "\\") else {
                word.append(byte)
                continue
            }
            switch rest.popFirst() {
            case let escaped? where escaped == UInt8(ascii: "\\") || escaped == UInt8(ascii: "\""): word.append(escaped)
            case UInt8(ascii: "x"):
                guard let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
                word.append(value)
                rest = rest.dropFirst(2)
            default: return nil
            }
        }
        return nil
    }
}
