import HelioMetrics

/// What rendering 5,000 series takes: timers with full samples, histograms and counters, in about the shares of a node.
struct ExpositionRendering {
    private static let series = 5000
    private static let rounds = 31

    private let registry = Registry()

    init() {
        addTimers(36)
        addHistograms(40)
        let counters = registry.counters("bench_requests_total", "Requests.", by: ["route", "code"], limit: Self.series)
        for number in 0..<(Self.series - count) { counters.child(["/rest/route/\(number)", "200"])?.add(number) }
    }

    /// - Returns: milliseconds, the median of the slower format.
    func measure() -> Double {
        precondition(count == Self.series, "\(count) series")
        return ExpositionFormat.allCases.map(measure).max() ?? 0
    }

    private func measure(_ format: ExpositionFormat) -> Double {
        let rounds = (0..<Self.rounds).map { _ in
            let began = Tick.now
            _ = registry.render(format, at: began)
            return Double(Tick.now.nanoseconds - began.nanoseconds) / 1e6
        }
        return rounds.sorted()[Self.rounds / 2]
    }

    private func addTimers(_ count: Int) {
        for number in 0..<count {
            let timer = registry.timer("bench.operation.\(number)", at: .now)
            for index in 0..<5000 { timer.record(nanoseconds: Int64(index * 7919 % 100_003) * 10_000, at: .now) }
        }
    }

    private func addHistograms(_ count: Int) {
        for number in 0..<count {
            let histogram = registry.histogram("bench_\(number)_seconds", "Durations.")
            for index in 0..<5000 { histogram.observe(seconds: Double(index) / 7) }
        }
    }

    private var count: Int {
        registry.render(.text, at: .now).split(separator: UInt8(ascii: "\n")).count { $0.first != UInt8(ascii: "#") }
    }
}
