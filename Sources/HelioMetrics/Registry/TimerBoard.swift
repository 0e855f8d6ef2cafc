/// All timers, and the families that they share.
struct TimerBoard: Sendable {
    private struct Row: Sendable {
        let name: String
        let outcome: String
        let timer: Timer
        /// For each family, for each of its figures.
        let prefixes: [[SamplePrefix]]
        let histogram: HistogramLines
    }

    private let families: [TimerFamily]
    private let histogramName: MetricName
    private let histogramHeader: FamilyHeader
    private var rows: [Row] = []

    init(prefix: String) {
        families = TimerFamily.all(prefix)
        histogramName = MetricName("\(prefix)_duration_seconds", .histogram)
        histogramHeader = FamilyHeader(histogramName, help: "Durations since the start, in buckets that can be added over nodes.")
    }

    var names: [MetricName] { families.map(\.name) + [histogramName] }

    var timers: [(name: String, outcome: String, timer: Timer)] { rows.map { ($0.name, $0.outcome, $0.timer) } }

    mutating func add(_ timer: Timer, name: String, outcome: String, buckets: [Double]) {
        precondition(!rows.contains { $0.name == name && $0.outcome == outcome }, "\(name) \(outcome) is a timer already")
        let labels = LabelText([("timer", name), ("outcome", outcome)])
        rows.append(
            Row(
                name: name, outcome: outcome, timer: timer,
                prefixes: families.map { family in family.figures.map { $0.prefix(in: family.name, labels) } },
                histogram: HistogramLines(histogramName.text, labels, bounds: buckets)))
    }

    func write(_ format: ExpositionFormat, _ options: TimerOptions, at now: Tick, to output: inout [UInt8]) {
        guard !rows.isEmpty else { return }
        let readings = rows.map { $0.timer.read(at: now) }
        for (index, family) in families.enumerated() where options.jmxParity || !family.isParity {
            output.append(contentsOf: family.header.bytes(in: format))
            for (row, reading) in zip(rows, readings) {
                let isIdle = reading.isIdle(options, at: now)
                for (figure, prefix) in zip(family.figures, row.prefixes[index]) {
                    figure.write(reading, isIdle: isIdle, after: prefix, to: &output)
                }
            }
        }
        output.append(contentsOf: histogramHeader.bytes(in: format))
        for (row, reading) in zip(rows, readings) { row.histogram.write(reading.buckets, sum: reading.sum / 1e9, to: &output) }
    }
}
