/// A Swift source with its strings and comments told apart from its code, byte for byte at the same places.
///
/// It knows nested comments, raw and multi-line strings, interpolations and `#/…/#`. It does not know regular-expression literals
/// between bare slashes, which this project does not use.
struct SwiftText {
    /// Strings and comments are spaces.
    private(set) var code: [UInt8]
    /// Strings are spaces, comments stay.
    private(set) var codeAndComments: [UInt8]
    /// Lines, from 0, that hold some part of a comment.
    private(set) var commentLines: Set<Int> = []

    private let source: [UInt8]
    private var position = 0
    private var line = 0

    init(_ text: String) {
        source = Array(text.utf8)
        code = source
        codeAndComments = source
        readCode(untilClosingParenthesis: false)
    }

    var codeLines: [String] { Self.lines(of: code) }
    var commentedLines: [String] { Self.lines(of: codeAndComments) }
    var lineCount: Int { source.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).count - 1 }

    private static func lines(of bytes: [UInt8]) -> [String] {
        bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { String(decoding: $0, as: UTF8.self) }
    }

    private mutating func readCode(untilClosingParenthesis: Bool) {
        var depth = 1
        while position < source.count {
            if looking(at: "//") {
                readComment { $0.looking(at: "\n") }
            } else if looking(at: "/*") {
                readNestedComment()
            } else if looking(at: "#/") {
                readRegularExpression()
            } else if let pounds = stringOpening() {
                readString(pounds: pounds)
            } else {
                if source[position] == UInt8(ascii: "(") { depth += 1 }
                if source[position] == UInt8(ascii: ")") { depth -= 1 }
                advance()
                if untilClosingParenthesis, depth == 0 { return }
            }
        }
    }

    private mutating func readComment(until end: (SwiftText) -> Bool) {
        while position < source.count, !end(self) {
            commentLines.insert(line)
            blank(inComments: false)
        }
    }

    private mutating func readNestedComment() {
        var depth = 0
        repeat {
            let step = looking(at: "/*") ? 1 : looking(at: "*/") ? -1 : 0
            depth += step
            for _ in 0..<(step == 0 ? 1 : 2) where position < source.count {
                commentLines.insert(line)
                blank(inComments: false)
            }
        } while depth > 0 && position < source.count
    }

    private mutating func readRegularExpression() {
        while position < source.count, !looking(at: "/#") { blank(1) }
        blank(2)
    }

    /// The number of `#` before a quote at this place; nil when no string begins here.
    private func stringOpening() -> Int? {
        let pounds = source[position...].prefix { $0 == UInt8(ascii: "#") }.count
        let quote = position + pounds
        return quote < source.count && source[quote] == UInt8(ascii: "\"") ? pounds : nil
    }

    private mutating func readString(pounds: Int) {
        let raw = String(repeating: "#", count: pounds)
        let isMultiline = looking(at: raw + "\"\"\"")
        let end = (isMultiline ? "\"\"\"" : "\"") + raw
        blank(pounds + (isMultiline ? 3 : 1))
        while position < source.count, !looking(at: end) {
            if looking(at: "\\" + raw + "(") {
                blank(pounds + 2)
                readCode(untilClosingParenthesis: true)
            } else {
                blank(looking(at: "\\" + raw) ? pounds + 2 : 1)
            }
        }
        blank(end.utf8.count)
    }

    private func looking(at text: String) -> Bool { source[position...].starts(with: text.utf8) }

    private mutating func advance() {
        if source[position] == UInt8(ascii: "\n") { line += 1 }
        position += 1
    }

    private mutating func blank(_ count: Int) {
        for _ in 0..<count where position < source.count { blank(inComments: true) }
    }

    private mutating func blank(inComments: Bool) {
        if source[position] != UInt8(ascii: "\n") {
            code[position] = UInt8(ascii: " ")
            if inComments { codeAndComments[position] = UInt8(ascii: " ") }
        }
        advance()
    }
}
