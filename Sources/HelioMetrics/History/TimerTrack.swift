/// One timer's figures, as last sampled, and its 95th percentile at each of the last samples.
public struct TimerTrack: Sendable {
    public let name: String
    /// How what was timed ended.
    public let outcome: String
    public private(set) var count: Int64 = 0
    /// Events per second, an average that decays within a minute.
    public private(set) var oneMinuteRate = 0.0
    /// nil while nothing was timed for longer than `TimerOptions.idle`, as `/metrics` has it.
    public private(set) var percentiles: Percentiles?
    /// 95th percentiles, the oldest first; nil where there was none. At most `TimerHistory.length`.
    public private(set) var past: [Int64?] = []

    init(name: String, outcome: String) {
        self.name = name
        self.outcome = outcome
    }

    mutating func take(_ reading: TimerReading, isIdle: Bool) {
        count = reading.count
        oneMinuteRate = reading.oneMinuteRate
        percentiles = isIdle ? nil : Percentiles(reading.sample)
        if past.count == TimerHistory.length { past.removeFirst() }
        past.append(percentiles?.p95)
    }

    /// Nanoseconds.
    public struct Percentiles: Sendable {
        public let median: Int64
        public let p95: Int64
        public let p99: Int64

        init(_ sample: SampleSnapshot) {
            median = sample.quantile(0.5)
            p95 = sample.quantile(0.95)
            p99 = sample.quantile(0.99)
        }
    }
}
