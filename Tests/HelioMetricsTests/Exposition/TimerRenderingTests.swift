import HelioMetrics
import TestSupport
import Testing

/// Timers as Prometheus sees them.
struct TimerRenderingTests {
    private let registry = Registry()

    private func samples(at seconds: Double) -> [String: String] {
        let lines = String(decoding: registry.render(.text, at: .at(seconds)), as: UTF8.self).split(separator: "\n")
        let pairs = lines.filter { !$0.hasPrefix("#") }.compactMap { line in
            line.lastIndex(of: " ").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
        }
        return Dictionary(pairs) { $1 }
    }

    private let labels = #"timer="farm.vet",outcome="success""#

    @Test func timer_HasEveryFigureInSeconds() {
        let timer = registry.timer("farm.vet", buckets: [1, 2.5], at: .at(0))
        for milliseconds in [1500, 500, 3000] { timer.record(.milliseconds(milliseconds), at: .at(1)) }
        let samples = samples(at: 6)
        for quantile in ["0.5", "0.75"] {
            let value = quantile == "0.5" ? "1.5" : "3.0"
            #expect(samples["heliostat_timer_seconds{\(labels),quantile=\"\(quantile)\"}"] == value)
        }
        #expect(samples["heliostat_timer_seconds_sum{\(labels)}"] == "5.0")
        #expect(samples["heliostat_timer_seconds_count{\(labels)}"] == "3")
        #expect(samples["heliostat_timer_min_seconds{\(labels)}"] == "0.5")
        #expect(samples["heliostat_timer_max_seconds{\(labels)}"] == "3.0")
        #expect(samples["heliostat_timer_rate_per_second{\(labels),window=\"15m\"}"] == "0.6")
        #expect(samples["heliostat_timer_rate_per_second{\(labels),window=\"mean\"}"] == "0.5")
        let buckets = ["1.0", "2.5", "+Inf"].map { samples["heliostat_timer_duration_seconds_bucket{\(labels),le=\"\($0)\"}"] }
        #expect(buckets == ["1", "2", "3"])
    }

    @Test func idleTimer_HasNoRecentFiguresAndKeepsItsTotals() {
        let timer = registry.timer("farm.vet", at: .at(0))
        #expect(samples(at: 1)["heliostat_timer_mean_seconds{\(labels)}"] == "NaN")
        timer.record(.seconds(2), at: .at(10))
        #expect(samples(at: 910)["heliostat_timer_seconds{\(labels),quantile=\"0.5\"}"] == "2.0")
        for seconds: Double in [910.1, 86_400, 864_000] {
            let samples = samples(at: seconds)
            for name in ["mean", "stddev", "min", "max"] {
                #expect(samples["heliostat_timer_\(name)_seconds{\(labels)}"] == "NaN")
            }
            #expect(samples["heliostat_timer_seconds{\(labels),quantile=\"0.5\"}"] == "NaN")
            #expect(samples["heliostat_timer_seconds_count{\(labels)}"] == "1")
            #expect(samples["heliostat_timer_seconds_sum{\(labels)}"] == "2.0")
        }
        timer.record(.seconds(3), at: .at(10 * 86_400 + 1))
        #expect(samples(at: 10 * 86_400 + 2)["heliostat_timer_max_seconds{\(labels)}"] == "3.0")
    }

    @Test func options_ChangeWhileItRuns() {
        registry.timer("farm.vet", at: .at(0)).record(.seconds(1), at: .at(0))
        registry.configure(TimerOptions(jmxParity: false, idle: .seconds(1)))
        let samples = samples(at: 2)
        #expect(samples["heliostat_timer_seconds{\(labels),quantile=\"0.5\"}"] == "NaN")
        #expect(samples["heliostat_timer_duration_seconds_count{\(labels)}"] == "1")
        #expect(!samples.keys.contains { $0.contains("mean") || $0.contains("rate") || $0.contains("stddev") })
    }

    @Test(arguments: ExpositionFormat.allCases, [true, false]) func everything_PleasesTheChecker(
        _ format: ExpositionFormat, hasEvents: Bool
    ) {
        let timers = Labelled { (status: Status) in
            registry.timer("operation.local.fetch", outcome: status.rawValue, at: .at(0))
        }
        let counters = registry.counters("x_runs_total", "Runs.", by: ("status", "trigger"), of: Status.self, Trigger.self)
        let histogram = registry.histogram("x_duration_seconds", "Durations.")
        let gauge = registry.gauge("x_lag_seconds", "The \"lag\".")
        registry.info("x_build_info", "Build.", labels: [("version", "0.1.0")])
        if hasEvents {
            timers[.success].record(.milliseconds(20), at: .at(1))
            counters[.fail, .vet].add()
            histogram.observe(.seconds(10_000))
            gauge.set(.nan)
        }
        let dialect: ExpositionDialect = format == .text ? .text : .openMetrics
        for seconds in [0.0, 1, 30, 5000] {
            let document = registry.render(format, at: .at(seconds))
            #expect(ExpositionChecker.problems(in: document, as: dialect).map(\.description) == [])
        }
    }
}
