internal import HelioNode

/// What `heliostat diff` prints for people.
extension DiffOutcome {
    /// Lines when nobody says how many there is room for.
    public static let defaultHeight = 40

    /// - Parameters:
    ///   - width: columns of the terminal; nil for a pipe, where nothing is cut.
    ///   - height: lines that are printed at most; nil for all.
    public func lines(width: Int?, height: Int?, hasColour: Bool) -> [String] {
        var screen = Screen(width: width, hasColour: hasColour)
        screen.line(("A  ", .bold), (a.words, nil))
        screen.line(("B  ", .bold), (b.words, nil))
        screen.gap()
        drawFigures(on: &screen)
        drawBacklog(on: &screen)
        screen.gap()
        drawFindings(on: &screen, height.map { max($0 - screen.lines.count - 2 - notes.count, DiffClass.allCases.count) })
        for note in notes { screen.line(("note: ", .faint), (note, .faint)) }
        drawVerdict(on: &screen)
        return screen.lines
    }

    // MARK: Figures

    private func drawFigures(on screen: inout Screen) {
        let rows = [("", "A", "B", "B - A")] + DiffFigure.allCases.map { figure in
            let (mine, theirs) = (figure.value(of: report.a), figure.value(of: report.b))
            return (figure.rawValue, figure.text(mine), figure.text(theirs), figure.difference(mine, theirs))
        }
        let widths = (rows.map(\.1.count).max() ?? 0, rows.map(\.2.count).max() ?? 0, rows.map(\.3.count).max() ?? 0)
        for (index, row) in rows.enumerated() {
            screen.line(
                (row.0.padded(to: 14), .faint), (row.1.aligned(to: widths.0), index == 0 ? .bold : nil),
                ("   " + row.2.aligned(to: widths.1), index == 0 ? .bold : nil), ("   " + row.3.aligned(to: widths.2), .faint))
        }
        for (place, totals) in [("A", report.a), ("B", report.b)] where totals.uncounted > 0 && totals.figures != nil {
            screen.line(("  \(place): without \(totals.uncounted) that could not be read", .yellow))
        }
    }

    /// Beside the figures, so that what is on its way is not read as lost.
    private func drawBacklog(on screen: inout Screen) {
        for (place, side) in [("A", a), ("B", b)] {
            guard let backlog = side.backlog else { continue }
            let isIdle = backlog.behind == 0 && backlog.firstCopies == 0
            let text =
                isIdle ? "nothing outstanding" : "\(backlog.behind) behind, \(backlog.firstCopies) first copies outstanding, "
                    + "the oldest for \(Overview.age(backlog.oldest.inSeconds))"
            let quarantined = backlog.quarantined > 0 ? ", \(backlog.quarantined) quarantined" : ""
            screen.line(("backlog \(place)".padded(to: 14), .faint), (text + quarantined, isIdle ? nil : .yellow))
        }
    }

    // MARK: Findings

    private func drawFindings(on screen: inout Screen, _ room: Int?) {
        let classes = DiffClass.allCases.filter { report.count($0) > 0 }
        var left = room.map { $0 - classes.count } ?? .max
        for outcome in classes {
            screen.line((outcome.rawValue.padded(to: 20), outcome.colour), (Self.grouped(Int64(report.count(outcome))), nil), (outcome.hint, .faint))
            let findings = report.findings.filter { $0.outcome == outcome }
            // A line that says how many more there are needs room as well.
            let shown = findings.count <= left ? findings.count : max(left - 1, 0)
            for finding in findings.prefix(shown) { draw(finding, on: &screen) }
            if shown < findings.count { screen.line(("  … and \(findings.count - shown) more (--all)", .faint)) }
            left = max(left - shown - (shown < findings.count ? 1 : 0), 0)
        }
        if report.metadataDiffers > 0 {
            screen.line(("metadata differs".padded(to: 20), .faint), (Self.grouped(Int64(report.metadataDiffers)), nil))
        }
    }

    private func draw(_ finding: DiffFinding, on screen: inout Screen) {
        let place = finding.judgement.place.map { "on \($0.rawValue): " } ?? ""
        let age = finding.judgement.age.map { ", for \(Overview.age($0.inSeconds))" } ?? ""
        screen.line(("  \(finding.title)", nil), ("  \(place)\(finding.judgement.reason.words)\(age)", .faint))
    }

    private func drawVerdict(on screen: inout Screen) {
        let again = lookedAgain > 0 ? " (\(lookedAgain) looked at again after \(Units.text(tolerance)))" : ""
        switch report.severity {
        case .critical: screen.line(("critical: what is claimed is not there, or is something else", .red), (again, .faint))
        case .lagging: screen.line(("lagging: not everything is there yet, and nothing is lost", .yellow), (again, .faint))
        case .benign: screen.line(("nothing that matters differs", .green), (again, .faint))
        }
    }

    /// `1234567` as `1,234,567`.
    static func grouped(_ value: Int64) -> String {
        let digits = String(value.magnitude)
        var text = ""
        for (index, digit) in digits.enumerated() {
            if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
            text.append(digit)
        }
        return value < 0 ? "-" + text : text
    }
}

/// Rows of the table. Bytes stand in it twice: exactly, for arithmetic, and in GiB, for people.
private enum DiffFigure: String, CaseIterable {
    case repositories, refs, objects, bytes, gib = "GiB"

    func value(of totals: DiffTotals) -> Int64? {
        switch self {
        case .repositories: Int64(totals.repositories)
        case .refs: totals.figures?.refs
        case .objects: totals.figures?.objects
        case .bytes, .gib: totals.figures?.bytes
        }
    }

    func text(_ value: Int64?) -> String {
        guard let value else { return "unknown" }
        return self == .gib ? Gibibytes.text(value) : DiffOutcome.grouped(value)
    }

    /// Neither is negative, so the difference cannot overflow.
    func difference(_ a: Int64?, _ b: Int64?) -> String {
        guard let a, let b else { return "unknown" }
        let text = text(b - a)
        return b > a ? "+" + text : text
    }
}

/// Bytes as GiB (2^30) to two places, in whole numbers: a `Double` would lose bytes of what it shows.
enum Gibibytes {
    static func text(_ bytes: Int64) -> String {
        var (whole, rest) = bytes.magnitude.quotientAndRemainder(dividingBy: 1 << 30)
        var hundredths = (rest * 100 + 1 << 29) >> 30
        if hundredths == 100 { (whole, hundredths) = (whole + 1, 0) }
        rest = hundredths
        let sign = bytes < 0 && (whole > 0 || rest > 0) ? "-" : ""
        return "\(sign)\(DiffOutcome.grouped(Int64(clamping: whole))).\(rest < 10 ? "0" : "")\(rest)"
    }
}

extension DiffFinding {
    /// The name where one side told it.
    var title: String { name.map { "\($0)" } ?? "repository \(id.value)" }
}

extension DiffClass {
    fileprivate var colour: Screen.Colour? {
        switch self {
        case .claimedAbsent, .mismatch: .red
        case .missing, .lagging, .unknown: .yellow
        case .extra, .packedDifferently, .equal: nil
        }
    }

    fileprivate var hint: String {
        switch self {
        case .claimedAbsent, .mismatch: "  critical"
        case .packedDifferently: "  the same content, which is no difference that matters (--all lists them)"
        default: ""
        }
    }
}

extension String {
    /// To the right, in `columns`.
    fileprivate func aligned(to columns: Int) -> String { String(repeating: " ", count: Swift.max(columns - count, 0)) + self }
}
