import HelioMetrics

extension OracleCase {
    /// Drives a timer through the timeline.
    ///
    /// - Returns: what it answered at each read.
    func replay(seed: UInt64) -> [(read: OracleRead, figures: [String: Double])] {
        let timer = Timer(reservoirSize: reservoir.size, alpha: reservoir.alpha, createdAt: Tick(nanoseconds: 0), seed: seed)
        var answers: [(OracleRead, [String: Double])] = []
        for step in timeline {
            switch step {
            case .updates(let times, let values):
                for (index, value) in values.enumerated() { timer.record(nanoseconds: value, at: times.tick(index)) }
            case .scrape(let times):
                for index in 0..<times.n { _ = timer.read(at: times.tick(index)) }
            case .wallStep: break
            case .read(let read): answers.append((read, timer.read(at: Tick(nanoseconds: read.t_ns)).figures))
            }
        }
        return answers
    }
}

extension OracleTimes {
    fileprivate func tick(_ index: Int) -> Tick { Tick(nanoseconds: t0_ns + Int64(index) * dt_ns) }
}

extension TimerReading {
    /// By the names that the recorded timers use.
    fileprivate var figures: [String: Double] {
        var figures: [String: Double] = [
            "count": Double(count), "sample_size": Double(sample.size), "min": Double(sample.minimum),
            "max": Double(sample.maximum),
            "mean": sample.mean, "stddev": sample.standardDeviation, "mean_rate": meanRate, "m1_rate": oneMinuteRate,
            "m5_rate": fiveMinuteRate, "m15_rate": fifteenMinuteRate,
        ]
        let quantiles = ["p50": 0.5, "p75": 0.75, "p95": 0.95, "p98": 0.98, "p99": 0.99, "p999": 0.999]
        figures.merge(quantiles.mapValues { Double(sample.quantile($0)) }) { $1 }
        return figures
    }
}
