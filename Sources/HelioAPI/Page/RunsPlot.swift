import HelioNode

/// Durations of runs as bars, the newest at the right. How a run ended shows in the bar's shape too: a cross above one that failed, an
/// outline for one that was cancelled or is under way.
struct RunsPlot: Sendable {
    enum Ending: String, Sendable { case success, failure, cancelled, open }

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

    private var median: Duration { sorted.isEmpty ? .zero : sorted[sorted.count / 2] }

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
        let span = "\(AgeText.of(sorted.first ?? .zero)) to \(AgeText.of(sorted.last ?? .zero)), median \(AgeText.of(median))"
        let ends = [count(.failure, "failed"), count(.cancelled, "cancelled"), count(.open, "under way")].compactMap(\.self)
        let cut = bars.contains { $0.duration.inSeconds > scale * 1.001 } ? "; bars with a gap are longer than drawn" : ""
        return "\(head): \(span)\(ends.isEmpty ? "" : "; " + ends.joined(separator: ", "))\(cut)."
    }

    func append(to html: inout HTMLWriter) {
        let box = "0 0 \(Self.width) \(Self.height)"
        html.element("svg", ["class": "plot", "viewBox": box, "role": "img", "aria-labelledby": "runs-plot-title runs-plot-desc"]) { html in
            html.element("title", ["id": "runs-plot-title"], text: "Durations of runs")
            html.element("desc", ["id": "runs-plot-desc"], text: description, limit: 300)
            html.element("path", ["class": "base", "d": "M0 \(Self.base)h\(Self.width)"]) { _ in }
            for (index, bar) in bars.enumerated() { append(bar, at: (Self.shown - bars.count + index) * Self.slot, to: &html) }
        }
    }

    private func append(_ bar: Bar, at left: Int, to html: inout HTMLWriter) {
        let share = min(bar.duration.inSeconds / scale, 1)
        let tall = max(2, Int((share * Self.tallest).rounded()))
        let top = Self.base - tall
        html.element("path", ["class": bar.ending.rawValue, "d": "M\(left + 2) \(Self.base)v-\(tall)h8v\(tall)z"]) { _ in }
        if bar.ending == .failure {
            html.element("path", ["class": "cross", "d": "M\(left + 2) \(top - 11)l8 8m0-8l-8 8"]) { _ in }
        }
        if bar.duration.inSeconds > scale * 1.001 {
            html.element("path", ["class": "gap", "d": "M\(left) \(top + 10)l12-4"]) { _ in }
        }
    }
}
