/// One timer's figures, as last sampled, and its 95th percentile at each of the last samples.
public struct TimerTrack: Sendable {
    public let name: String
    /// How what was timed ended.
    public let outcome: String
    public private(set) var count: Int64 = 0
    /// Events per second.
    public private(set) var oneMinuteRate = 0.0
    /// Nanoseconds, as are the other percentiles.
    public private(set) var median: Int64 = 0
    public private(set) var p95: Int64 = 0
    public private(set) var p99: Int64 = 0
    /// The oldest first; nil where nothing had been timed yet. At most `TimerHistory.length`.
    public private(set) var past: [Int64?] = []

    init(name: String, outcome: String) {
        self.name = name
        self.outcome = outcome
    }

    mutating func take(_ reading: TimerReading) {
        count = reading.count
        oneMinuteRate = reading.oneMinuteRate
        median = reading.sample.quantile(0.5)
        p95 = reading.sample.quantile(0.95)
        p99 = reading.sample.quantile(0.99)
        if past.count == TimerHistory.length { past.removeFirst() }
        past.append(reading.sample.size == 0 ? nil : p95)
    }
}
