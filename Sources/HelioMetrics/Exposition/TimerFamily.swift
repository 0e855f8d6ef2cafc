/// A family in which every timer has the same figures.
struct TimerFamily: Sendable {
    let name: MetricName
    let header: FamilyHeader
    let figures: [TimerFigure]
    /// Whether JMX has it, and Prometheus could do without.
    let isParity: Bool

    init(_ name: String, _ type: MetricType, help: String, isParity: Bool = false, _ figures: [TimerFigure]) {
        self.name = MetricName(name, type)
        header = FamilyHeader(self.name, help: help)
        self.figures = figures
        self.isParity = isParity
    }

    /// - Parameter prefix: what the families' names begin with, such as `heliostat_timer`.
    static func all(_ prefix: String) -> [TimerFamily] {
        [
            summary(prefix),
            gauge("\(prefix)_mean_seconds", "Mean of the recent durations.") { $0.mean },
            gauge("\(prefix)_stddev_seconds", "Standard deviation of the recent durations.") { $0.standardDeviation },
            gauge("\(prefix)_min_seconds", "Shortest of the recent durations.") { Double($0.minimum) },
            gauge("\(prefix)_max_seconds", "Longest of the recent durations.") { Double($0.maximum) },
            rates(prefix),
        ]
    }

    private static func summary(_ prefix: String) -> TimerFamily {
        let quantiles = [0.5, 0.75, 0.95, 0.98, 0.99, 0.999].map { quantile in
            TimerFigure(label: ("quantile", "\(quantile)"), value: .ofSample { Double($0.quantile(quantile)) })
        }
        let totals = [
            TimerFigure(suffix: "_sum", value: .ofLifetime { $0.sum / 1e9 }), TimerFigure(suffix: "_count", value: .count),
        ]
        return TimerFamily(
            "\(prefix)_seconds", .summary,
            help: "Durations: quantiles lean towards the last five minutes, sum and count are since the start.",
            quantiles + totals)
    }

    private static func gauge(
        _ name: String, _ help: String, _ figure: @escaping @Sendable (SampleSnapshot) -> Double
    ) -> TimerFamily {
        TimerFamily(name, .gauge, help: help, isParity: true, [TimerFigure(value: .ofSample(figure))])
    }

    private static func rates(_ prefix: String) -> TimerFamily {
        let figures = [
            TimerFigure(label: ("window", "1m"), value: .ofLifetime { $0.oneMinuteRate }),
            TimerFigure(label: ("window", "5m"), value: .ofLifetime { $0.fiveMinuteRate }),
            TimerFigure(label: ("window", "15m"), value: .ofLifetime { $0.fifteenMinuteRate }),
            TimerFigure(label: ("window", "mean"), value: .ofLifetime { $0.meanRate }),
        ]
        return TimerFamily(
            "\(prefix)_rate_per_second", .gauge,
            help: "Events per second: moving averages, and the mean since the start.", isParity: true, figures)
    }
}
