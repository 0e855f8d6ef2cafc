import HelioNode

/// How far the first synchronisation has come; nothing once it is over.
struct ProgressSection: PageSection {
    /// Less than this says nothing about the rest.
    private static let leastElapsed = Duration.seconds(5)
    private static let leastDone = 3

    let reading: PageReading

    init(_ reading: PageReading) { self.reading = reading }

    func append(to html: inout HTMLWriter) {
        let snapshot = reading.snapshot
        if let first = snapshot.firstList {
            append(first.done, of: first.total, to: &html)
        } else if snapshot.isDiscovering, snapshot.state != .synchronized {
            html.section("progress", "First synchronisation") { html in
                html.element("p", text: "The upstream is asked for its repositories.")
            }
        }
    }

    private func append(_ done: Int, of total: Int, to html: inout HTMLWriter) {
        html.section("progress", "First synchronisation") { html in
            // An empty upstream is mirrored at once.
            let (value, most) = total == 0 ? (1, 1) : (done, total)
            html.element(
                "progress", ["aria-label": "First synchronisation", "max": "\(most)", "value": "\(value)"], text: "\(done) of \(total)")
            html.element("p") { html in
                html.element("strong", text: "\(done) of \(total)")
                html.text(" repositories are through")
                html.text(rest(done, of: total))
            }
        }
    }

    private func rest(_ done: Int, of total: Int) -> String {
        if done >= total { return ". Now everything is compared with the upstream once." }
        let percent = "\(done * 100 / total) %"
        guard let left = timeLeft(done, of: total) else { return " (\(percent))." }
        return " (\(percent)), \(left < .seconds(60) ? "less than a minute" : "about " + AgeText.of(left)) left at this pace."
    }

    /// By the pace since the list came. Repositories differ, so it is a guess; it tells hours from minutes.
    private func timeLeft(_ done: Int, of total: Int) -> Duration? {
        let elapsed = reading.age(reading.snapshot.stateSince.monotonic)
        guard reading.snapshot.state == .metadataSynchronized, done >= Self.leastDone, elapsed >= Self.leastElapsed else { return nil }
        return .seconds((elapsed.inSeconds / Double(done) * Double(total - done)).rounded())
    }
}
