import Foundation

/// What a soak has seen, as a page of Markdown.
struct SoakReport {
    let duration: Duration
    let seed: UInt64
    let tally: SoakTally
    let faults: [SoakFault: Int]
    /// By name of the node.
    let nodes: [(name: String, samples: [Footprint])]

    private static var figures: [(name: String, path: KeyPath<Footprint, Double>)] {
        [
            ("resident KiB", \.resident), ("anonymous KiB", \.anonymous), ("database KiB", \.database), ("allocated KiB", \.allocated),
            ("descriptors", \.descriptors), ("threads", \.threads), ("zombies", \.zombies),
        ]
    }

    var text: String {
        let times = tally.answerTimes
        return """
            Mixed load and faults for \(Int(duration / .seconds(1))) s, seed \(seed).

            | Node | Figure | First | Last | Highest | Rise | Slope per hour |
            |---|---|---|---|---|---|---|
            \(trends)

            First, last and highest of samples that were taken every few seconds; the rise is the median of the last quarter less that of
            the second; the slope is that of a line by least squares through all but the first quarter. Allocated is what is anonymous
            without the database's pages, as `heliostat_sqlite_memory_bytes` has them.

            | Time | \(nodes.map { "\($0.name), MiB (anonymous)" }.joined(separator: " | ")) |
            |---|\(String(repeating: "---|", count: nodes.count))
            \(course)

            | What | Times |
            |---|---|
            \(counts)

            `/status` answered in \(Self.number(times.median)) ms (median), \(Self.number(times.p99)) ms (99 %), \
            \(Self.number(times.highest)) ms (the slowest), beside all of that.

            """
    }

    private var trends: String {
        nodes.flatMap { node in
            Self.figures.map { figure in
                let trend = Trend(node.samples, figure.path)
                let values = [trend.first, trend.last, trend.highest, trend.rise, trend.slope].map(Self.number)
                return "| \(node.name) | \(figure.name) | \(values.joined(separator: " | ")) |"
            }
        }.joined(separator: "\n")
    }

    /// Resident memory at twelve moments.
    private var course: String {
        let count = nodes.map(\.samples.count).min() ?? 0
        return stride(from: 0, to: count, by: max(1, count / 12)).map { index in
            let values = nodes.map { node in
                let sample = node.samples[index]
                return "\(Self.number(sample.resident / 1024)) (\(Self.number(sample.anonymous / 1024)))"
            }
            return "| \(Int(nodes[0].samples[index].seconds)) s | \(values.joined(separator: " | ")) |"
        }.joined(separator: "\n")
    }

    private var counts: String {
        let faults = faults.sorted { $0.key.rawValue < $1.key.rawValue }.map { "| fault: \($0.key.rawValue) | \($0.value) |" }
        return (tally.done.map { "| \($0.what) | \($0.times) |" } + faults).joined(separator: "\n")
    }

    private static func number(_ value: Double) -> String {
        value == value.rounded() ? String(Int(value)) : String(format: "%.2f", value)
    }
}
