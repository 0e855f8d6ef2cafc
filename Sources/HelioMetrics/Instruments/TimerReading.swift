/// What a timer held at one moment.
public struct TimerReading: Sendable {
    /// Since the timer was made.
    public let count: Int64
    /// Nanoseconds, of all durations since the timer was made.
    public let sum: Double
    /// Of the newest duration recorded.
    public let lastUpdate: Tick?
    /// Events per second since the timer was made; infinite at that very tick.
    public let meanRate: Double
    /// Events per second, as are the two others.
    public let oneMinuteRate: Double
    public let fiveMinuteRate: Double
    public let fifteenMinuteRate: Double
    public let sample: SampleSnapshot
    /// Bounds in seconds, the last is infinite; the counts are not cumulative and add up to `count`.
    public let buckets: [(bound: Double, count: Int64)]

    init(_ copy: TimerCopy, at now: Tick) {
        count = copy.meter.count
        sum = copy.sum
        lastUpdate = copy.lastUpdate
        meanRate = copy.meter.meanRate(at: now)
        oneMinuteRate = copy.meter.one.perSecond
        fiveMinuteRate = copy.meter.five.perSecond
        fifteenMinuteRate = copy.meter.fifteen.perSecond
        sample = SampleSnapshot(copy.samples)
        buckets = copy.buckets
    }
}

extension TimerReading {
    /// Whether its quantiles tell nothing of now: nothing was timed for so long, or ever.
    func isIdle(_ options: TimerOptions, at now: Tick) -> Bool {
        guard let lastUpdate, sample.size > 0 else { return true }
        return now.nanoseconds(since: lastUpdate) > options.idle.wholeNanoseconds
    }
}
