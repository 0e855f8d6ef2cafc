internal import Foundation
internal import HelioNode

extension DiffOutcome {
    /// The whole comparison as JSON. What is not known is left out.
    public func json() -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
        // Texts and whole numbers always encode, and no duration is infinite: a failure here is a bug of ours.
        guard let data = try? encoder.encode(DiffDocument(self)) else { preconditionFailure("a comparison cannot be encoded") }
        return Array(data) + [0x0A]
    }
}

/// The comparison as it is printed with `--json`.
private struct DiffDocument: Encodable {
    let exitCode: Int32
    let severity: String
    let toleranceSeconds: Double
    let lookedAgain: Int
    let a: Side
    let b: Side
    let delta: Delta
    /// All eight, whether there are any or not.
    let classes: [String: Int]
    let metadataDiffers: Int
    let differences: [Difference]
    let notes: [String]

    struct Side: Encodable {
        let kind: String
        let source: String
        let name: String?
        let state: String?
        let repositories: Int
        let refs: Int64?
        let objects: Int64?
        let bytes: Int64?
        let gib: Double?
        let uncounted: Int
        let backlog: Backlog?
    }

    struct Backlog: Encodable {
        let behind: Int
        let firstCopies: Int
        let quarantined: Int
        let oldestSeconds: Double
    }

    /// B less A.
    struct Delta: Encodable {
        let repositories: Int
        let refs: Int64?
        let objects: Int64?
        let bytes: Int64?
    }

    struct Difference: Encodable {
        let id: Int64
        let project: Int64
        let repository: String?
        let `class`: String
        let severity: String
        let side: String?
        let reason: String
        let ageSeconds: Double?
        let a: Figures?
        let b: Figures?
    }

    struct Figures: Encodable {
        let refs: Int64
        let objects: Int64
        let bytes: Int64
    }

    init(_ outcome: DiffOutcome) {
        let report = outcome.report
        exitCode = outcome.exitCode
        severity = report.severity.word
        toleranceSeconds = outcome.tolerance.inSeconds
        lookedAgain = outcome.lookedAgain
        a = Side(outcome.a, report.a)
        b = Side(outcome.b, report.b)
        delta = Delta(report.a, report.b)
        classes = Dictionary(uniqueKeysWithValues: DiffClass.allCases.map { ($0.rawValue, report.count($0)) })
        metadataDiffers = report.metadataDiffers
        differences = report.findings.map { Difference($0) }
        notes = outcome.notes
    }
}

extension DiffDocument.Side {
    init(_ description: DiffSideDescription, _ totals: DiffTotals) {
        self.init(
            kind: description.kind.rawValue, source: description.source, name: description.name, state: description.state,
            repositories: totals.repositories, refs: totals.figures?.refs, objects: totals.figures?.objects, bytes: totals.figures?.bytes,
            gib: totals.figures.map { (Double($0.bytes) / Double(1 << 30) * 100).rounded() / 100 }, uncounted: totals.uncounted,
            backlog: description.backlog.map {
                DiffDocument.Backlog(
                    behind: $0.behind, firstCopies: $0.firstCopies, quarantined: $0.quarantined, oldestSeconds: $0.oldest.inSeconds)
            })
    }
}

extension DiffDocument.Delta {
    /// None of the figures is negative, so no difference overflows.
    init(_ a: DiffTotals, _ b: DiffTotals) {
        let both = a.figures.flatMap { one in b.figures.map { (one, $0) } }
        self.init(
            repositories: b.repositories - a.repositories, refs: both.map { $1.refs - $0.refs }, objects: both.map { $1.objects - $0.objects },
            bytes: both.map { $1.bytes - $0.bytes })
    }
}

extension DiffDocument.Difference {
    init(_ finding: DiffFinding) {
        self.init(
            id: finding.id.value, project: finding.project.value, repository: finding.name.map { "\($0)" }, class: finding.outcome.rawValue,
            severity: finding.judgement.severity.word, side: finding.judgement.place?.rawValue, reason: finding.judgement.reason.words,
            ageSeconds: finding.judgement.age?.inSeconds, a: finding.a.map { DiffDocument.Figures($0) }, b: finding.b.map { DiffDocument.Figures($0) })
    }
}

extension DiffDocument.Figures {
    init(_ figures: CopyFigures) { self.init(refs: figures.refs, objects: figures.objects, bytes: figures.bytes) }
}

extension DiffSeverity {
    fileprivate var word: String {
        switch self {
        case .benign: "benign"
        case .lagging: "lagging"
        case .critical: "critical"
        }
    }
}
