/// What a timer's lock protects.
struct TimerState: Sendable {
    private var reservoir: DecayingReservoir
    private var meter: Meter
    private var buckets: BucketCounts
    /// Nanoseconds, over the timer's life. A `Double`, because a wrong duration of 292 years is legal and two would overflow.
    private var sum = 0.0
    private var lastUpdate: Tick?

    init(reservoir: DecayingReservoir, meter: Meter, buckets: BucketCounts) {
        self.reservoir = reservoir
        self.meter = meter
        self.buckets = buckets
    }

    mutating func record(_ nanoseconds: Int64, at now: Tick) {
        reservoir.record(nanoseconds, at: now)
        meter.mark(at: now)
        buckets.record(seconds: Double(nanoseconds) / 1e9)
        sum += Double(nanoseconds)
        lastUpdate = max(lastUpdate ?? now, now)
    }

    mutating func copy(at now: Tick) -> TimerCopy {
        meter.advance(to: now)
        return TimerCopy(
            meter: meter, sum: sum, lastUpdate: lastUpdate, samples: reservoir.copy(at: now), buckets: buckets.copy())
    }
}

/// What a reader takes with it, to sort and to add up after the lock was given back.
struct TimerCopy: Sendable {
    let meter: Meter
    let sum: Double
    let lastUpdate: Tick?
    let samples: [Sample]
    let buckets: [(bound: Double, count: Int64)]
}
