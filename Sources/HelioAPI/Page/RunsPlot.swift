import HelioNode

/// Durations of runs as bars, the newest at the right. How a run ended shows in the bar's shape too: a cross above one that failed, an
/// outline for one that was cancelled or is under way.
struct RunsPlot: Sendable {
    enum Ending: String, Sendable, CaseIterable { case success, failure, cancelled, open }

    struct Bar: Sendable {
        let duration: Duration
        let ending: Ending
    }

    static let shown = 40
    private static let slot = 12
    private static let (width, height, base) = (shown * slot, 72, 70)
    private static let tallest = 54.0
    /// One first synchronisation of hours must not press every other bar flat: bars beyond so many medians are cut, and say so.
    private static let medians = 5.0

    let bars: [Bar]
    private let sorted: [Duration]

    init(_ bars: [Bar]) {
        self.bars = Array(bars.suffix(Self.shown))
        sorted = self.bars.map(\.duration).sorted()
    }

    private var median: Duration {
        guard !sorted.isEmpty else { return .zero }
        return (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }

    private var scale: Double {
        let longest = sorted.last?.inSeconds ?? 0
        return max(min(longest, median.inSeconds * Self.medians), 1e-9)
    }

    /// The plot in words.
    var description: String {
        func count(_ ending: Ending, _ words: String) -> String? {
            let count = bars.count { $0.ending == ending }
            return count == 0 ? nil : "\(count) \(words)"
        }
        let head = bars.count == 1 ? "One run" : "The last \(bars.count) runs"
        let range = "\(AgeText.of(sorted.first ?? .zero)) to \(AgeText.of(sorted.last ?? .zero)), median \(AgeText.of(median))"
        let span = bars.count == 1 ? AgeText.of(median) : range
        let ends = [count(.failure, "failed"), count(.cancelled, "cancelled"), count(.open, "under way")].compactMap(\.self)
        let cut = bars.contains(where: isCut) ? "; bars with a gap are longer than drawn" : ""
        return "\(head): \(span)\(ends.isEmpty ? "" : "; " + ends.joined(separator: ", "))\(cut)."
    }

    func append(to html: inout HTMLWriter) {
        let box = "0 0 \(Self.width) \(Self.height)"
        html.element("svg", ["class": "plot", "viewBox": box, "role": "img", "aria-labelledby": "runs-plot-title runs-plot-desc"]) { html in
            html.element("title", ["id": "runs-plot-title"], text: "Durations of runs")
            html.element("desc", ["id": "runs-plot-desc"], text: description, limit: 300)
            html.element("path", ["class": "base", "d": "M0 \(Self.base)h\(Self.width)"]) { _ in }
            for ending in Ending.allCases { append(ending.rawValue, of: { $0.ending == ending }, bar, to: &html) }
            append("cross", of: { $0.ending == .failure }, { "M\($1 + 2) \($2 - 11)l8 8m0-8l-8 8" }, to: &html)
            append("gap", of: isCut, { "M\($1) \($2 + 10)l12-4" }, to: &html)
        }
    }

    private func isCut(_ bar: Bar) -> Bool { bar.duration.inSeconds > scale * 1.001 }

    private func bar(_ bar: Bar, at left: Int, top: Int) -> String { "M\(left + 2) \(Self.base)V\(top)h8V\(Self.base)z" }

    /// What some of the bars have in common, as one path.
    private func append(
        _ name: String, of isMeant: (Bar) -> Bool, _ draw: (_ bar: Bar, _ left: Int, _ top: Int) -> String, to html: inout HTMLWriter
    ) {
        let parts = bars.enumerated().filter { isMeant($0.element) }.map { index, bar in
            let share = min(bar.duration.inSeconds / scale, 1)
            let top = Self.base - max(2, Int((share * Self.tallest).rounded()))
            return draw(bar, (Self.shown - bars.count + index) * Self.slot, top)
        }
        if !parts.isEmpty { html.element("path", ["class": name, "d": parts.joined()]) { _ in } }
    }
}
