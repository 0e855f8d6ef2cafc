/// What a reader takes with it, to sort and to add up after the lock was given back.
struct TimerCopy: Sendable {
    let meter: Meter
    let sum: Double
    let lastUpdate: Tick?
    let samples: [Sample]
    let buckets: [(bound: Double, count: Int64)]
}
