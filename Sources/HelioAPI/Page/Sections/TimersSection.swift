import HelioMetrics

/// The timers that have anything to tell.
struct TimersSection: PageSection {
    private static let budget = 11_000

    private static let columns = ["Timer", "Outcome", "Count", "Per minute", "p50", "p95", "p99", "p95, last 10 minutes"]

    let tracks: [TimerTrack]
    private let idle: Int

    init(_ reading: PageReading) {
        tracks = reading.timers.filter { $0.count > 0 }
        idle = reading.timers.count - tracks.count
    }

    func append(to html: inout HTMLWriter) {
        html.section("timers", "Timers") { html in
            guard !tracks.isEmpty else { return html.element("p", text: "Nothing was timed before the last sample; there is one every ten seconds.") }
            var left = 0
            let note = "Rates decay within a minute, percentiles weigh the last five minutes most. \(idle) more have recorded nothing."
            html.element("p", ["class": "note"], text: note)
            html.table("timers", "Timers", Self.columns, isStacked: true) { html in
                left = html.each(of: tracks, within: Self.budget) { append($1, to: &$0) }
            }
            html.left(left, "/metrics")
        }
    }

    private func append(_ track: TimerTrack, to html: inout HTMLWriter) {
        html.element("tr") { html in
            html.element("th", ["scope": "row", "class": "name"]) { Self.append(track.name, to: &$0) }
            html.element("td") { html in
                if track.outcome == "success" { html.text(track.outcome) } else { html.word(track.outcome, .warning) }
            }
            html.number("\(track.count)")
            html.number(Self.rate(track.oneMinuteRate * 60))
            let percentiles = track.percentiles
            for percentile in [percentiles?.median, percentiles?.p95, percentiles?.p99] {
                html.number(percentile.map(AgeText.of(nanoseconds:)) ?? "–")
            }
            html.element("td") { Sparkline(track.past).append(to: &$0) }
        }
    }

    /// A line may end after a point.
    private static func append(_ name: String, to html: inout HTMLWriter) {
        for (index, part) in name.split(separator: ".").enumerated() {
            if index > 0 { html.constant(".<wbr>") }
            html.text(String(part))
        }
    }

    /// With one digit after the point where that says more.
    private static func rate(_ value: Double) -> String {
        guard value.isFinite, value < 1e12 else { return "?" }
        if value > 0, value < 0.05 { return "< 0.1" }
        let tenths = Int((value * 10).rounded())
        return value >= 100 || tenths % 10 == 0 ? "\(Int(value.rounded()))" : "\(tenths / 10).\(tenths % 10)"
    }
}
