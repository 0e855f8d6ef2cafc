/// Reads one line from left to right. Errors name the rule that was broken.
struct ExpositionScanner {
    struct Failure: Error {
        let rule: ExpositionProblem.Rule
        let what: String
    }

    private var rest: ArraySlice<UInt8>
    private let dialect: ExpositionDialect

    init(_ line: ArraySlice<UInt8>, _ dialect: ExpositionDialect) {
        rest = line
        self.dialect = dialect
    }

    static func read(_ line: ArraySlice<UInt8>, _ dialect: ExpositionDialect) throws(Failure) -> ExpositionLine {
        var scanner = ExpositionScanner(line, dialect)
        return try scanner.readLine()
    }

    private mutating func readLine() throws(Failure) -> ExpositionLine {
        guard !rest.isEmpty else { throw Failure(rule: .blankLine, what: "a blank line") }
        guard rest.last != UInt8(ascii: " "), rest.first != UInt8(ascii: " "), !rest.contains(where: { $0 == 9 || $0 == 13 })
        else {
            throw Failure(rule: .spacing, what: "spaces at an end, a tab or a carriage return")
        }
        if take("# EOF") { return try readEnd() }
        if rest.first == UInt8(ascii: "#") { return try readMetadata() }
        return .sample(try readSample())
    }

    private func readEnd() throws(Failure) -> ExpositionLine {
        guard rest.isEmpty else { throw Failure(rule: .endOfFile, what: "something after # EOF") }
        return .endOfFile
    }

    private mutating func readMetadata() throws(Failure) -> ExpositionLine {
        for keyword in ["HELP", "TYPE", "UNIT"] where take("# \(keyword) ") {
            let family = try readName()
            try expect(" ")
            guard rest.first != UInt8(ascii: " ") else { throw Failure(rule: .spacing, what: "two spaces after \(family)") }
            let text = try readText(quotes: keyword == "HELP" && dialect == .openMetrics, until: nil)
            return .metadata(keyword: keyword, family: family, text: text)
        }
        guard dialect == .text else { throw Failure(rule: .freeComment, what: "OpenMetrics has no comments") }
        return .comment
    }

    private mutating func readSample() throws(Failure) -> ExpositionSample {
        let name = try readName()
        let labels = take("{") ? try readLabels() : []
        try expect(" ")
        guard rest.first != UInt8(ascii: " ") else { throw Failure(rule: .spacing, what: "two spaces before a value") }
        let number = String(decoding: rest, as: UTF8.self)
        guard let value = ExpositionNumber.value(number) else { throw Failure(rule: .syntax, what: "no value: \(number)") }
        return ExpositionSample(name: name, labels: labels, number: number, value: value)
    }

    private mutating func readLabels() throws(Failure) -> [ExpositionSample.Label] {
        var labels: [ExpositionSample.Label] = []
        repeat {
            let name = try readName()
            try expect("=\"")
            labels.append(ExpositionSample.Label(name: name, value: try readText(quotes: true, until: UInt8(ascii: "\""))))
        } while take(",")
        try expect("}")
        guard Set(labels.map(\.name)).count == labels.count else { throw Failure(rule: .labelOnce, what: "a label twice") }
        return labels
    }

    private mutating func readName() throws(Failure) -> String {
        let name = rest.prefix { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "{") && $0 != UInt8(ascii: "=") }
        rest.removeFirst(name.count)
        let text = String(decoding: name, as: UTF8.self)
        guard text.wholeMatch(of: #/[a-zA-Z_][a-zA-Z0-9_]*/#) != nil else { throw Failure(rule: .name, what: "no name: \(text)") }
        return text
    }

    /// To the line's end, or to `end`, which is taken away too.
    private mutating func readText(quotes: Bool, until end: UInt8?) throws(Failure) -> String {
        var text: [UInt8] = []
        while let byte = rest.popFirst(), byte != end {
            text.append(byte == UInt8(ascii: "\\") ? try readEscape(quotes: quotes) : byte)
            if quotes, end == nil, byte == UInt8(ascii: "\"") {
                throw Failure(rule: .escape, what: "a bare quote in a help text")
            }
            if rest.isEmpty, end != nil { throw Failure(rule: .syntax, what: "a label value without an end") }
        }
        guard let string = String(validating: text, as: UTF8.self) else { throw Failure(rule: .syntax, what: "no UTF-8") }
        return string
    }

    private mutating func readEscape(quotes: Bool) throws(Failure) -> UInt8 {
        switch rest.popFirst() {
        case UInt8(ascii: "\\"): return UInt8(ascii: "\\")
        case UInt8(ascii: "n"): return UInt8(ascii: "\n")
        case UInt8(ascii: "\"") where quotes: return UInt8(ascii: "\"")
        default: throw Failure(rule: .escape, what: "an escape that does not exist")
        }
    }

    private mutating func take(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest.removeFirst(text.utf8.count)
        return true
    }

    private mutating func expect(_ text: String) throws(Failure) {
        guard take(text) else {
            throw Failure(rule: .syntax, what: "\(text) is missing before \(String(decoding: rest.prefix(20), as: UTF8.self))")
        }
    }
}
