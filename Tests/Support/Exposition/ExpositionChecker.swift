/// Holds a document against the rules of its format, all of them: a document that pleases this pleases every reader.
public struct ExpositionChecker {
    private let dialect: ExpositionDialect
    private var problems: [ExpositionProblem] = []
    private var families: [ExpositionFamily] = []
    private var series: Set<ExpositionSeries> = []
    private var hasEnded = false

    /// - Returns: nothing for a flawless document.
    public static func problems(in document: [UInt8], as dialect: ExpositionDialect) -> [ExpositionProblem] {
        var checker = ExpositionChecker(dialect: dialect)
        checker.read(document)
        return checker.problems + checker.families.flatMap { FamilyCheck.problems(in: $0, dialect) }
    }

    private init(dialect: ExpositionDialect) { self.dialect = dialect }

    private mutating func read(_ document: [UInt8]) {
        var lines = document.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        if lines.last?.isEmpty == true {
            lines.removeLast()
        } else {
            report(.finalNewline, lines.count, "the last line has no end")
        }
        for (index, line) in lines.enumerated() { read(line, index + 1) }
        if dialect == .openMetrics, !hasEnded { report(.endOfFile, lines.count, "# EOF is missing") }
    }

    private mutating func read(_ line: ArraySlice<UInt8>, _ number: Int) {
        if hasEnded { report(.endOfFile, number, "a line after # EOF") }
        do {
            switch try ExpositionScanner.read(line, dialect) {
            case .comment: break
            case .endOfFile: end(number)
            case .metadata(let keyword, let family, let text): add(keyword, family, text, number)
            case .sample(let sample): add(sample, number)
            }
        } catch {
            report(error.rule, number, error.what)
        }
    }

    private mutating func end(_ number: Int) {
        hasEnded = true
        if dialect == .text { report(.endOfFile, number, "the text format has no # EOF") }
    }

    private mutating func add(_ keyword: String, _ name: String, _ text: String, _ number: Int) {
        if families.last?.name != name { begin(name, number) }
        let index = families.count - 1
        if families[index].text(keyword) != nil { report(.metadataOnce, number, "\(keyword) of \(name) again") }
        if !families[index].samples.isEmpty { report(.metadataFirst, number, "\(keyword) of \(name) after a sample") }
        families[index].metadata.append((keyword, text, number))
    }

    private mutating func add(_ sample: ExpositionSample, _ number: Int) {
        if families.last?.owns(sample.name) != true { begin(sample.name, number) }
        families[families.count - 1].samples.append((sample, number))
        if !series.insert(ExpositionSeries(sample)).inserted {
            report(.seriesOnce, number, "\(sample.name) again, with the same labels")
        }
    }

    private mutating func begin(_ name: String, _ number: Int) {
        if families.contains(where: { $0.name == name || $0.owns(name) }) {
            report(.grouping, number, "\(name) was left and is back")
        }
        families.append(ExpositionFamily(name: name, line: number))
    }

    private mutating func report(_ rule: ExpositionProblem.Rule, _ line: Int, _ what: String) {
        problems.append(ExpositionProblem(rule: rule, line: line, what: what))
    }
}

/// What tells one series from all others: the order of labels does not.
private struct ExpositionSeries: Hashable {
    let name: String
    let labels: Set<ExpositionSample.Label>

    init(_ sample: ExpositionSample) {
        name = sample.name
        labels = Set(sample.labels)
    }
}
