/// Counts events, and how often they come: over the meter's life, and as moving averages of 1, 5 and 15 minutes.
///
/// Dropwizard's rules, since JMX views and alerts are tuned to them: intervals stay aligned to the creation, an event at the very
/// end of an interval belongs to it, and the averages move only when a later event or a reader finds that an interval is over.
struct Meter: Sendable {
    /// Nanoseconds.
    private static let interval: Int64 = 5_000_000_000
    /// From here on missed intervals are forgotten instead of made up for: after 12.8 h nothing is left of any rate
    /// (Dropwizard 4.2.28, pull request 3929).
    private static let longestCatchUp: Int64 = 9231

    let createdAt: Tick
    private(set) var count: Int64 = 0
    private var boundary: Tick
    /// Events since `boundary`.
    private var uncounted: Int64 = 0
    private var hasBegun = false
    private(set) var one = MovingRate(window: 1)
    private(set) var five = MovingRate(window: 5)
    private(set) var fifteen = MovingRate(window: 15)

    init(createdAt: Tick) {
        self.createdAt = createdAt
        boundary = createdAt
    }

    mutating func mark(at now: Tick) {
        advance(to: now)
        count += 1
        uncounted += 1
    }

    /// Ends the intervals that are over.
    mutating func advance(to now: Tick) {
        let age = now.nanoseconds(since: boundary)
        if age > Self.interval { end(intervals: age / Self.interval) }
    }

    /// Events per second since the creation; infinite at the creation's own tick.
    func meanRate(at now: Tick) -> Double {
        count == 0 ? 0 : Double(count) / Double(max(0, now.nanoseconds(since: createdAt))) * 1e9
    }

    private mutating func end(intervals: Int64) {
        boundary = boundary.advanced(by: intervals * Self.interval)
        if intervals >= Self.longestCatchUp {
            forget()
        } else {
            tick(Double(uncounted) / Double(Self.interval))
            // One by one, as the original does: a power of the weight would differ in the last digit.
            for _ in 1..<intervals { tick(0) }
        }
        uncounted = 0
    }

    private mutating func tick(_ rate: Double) {
        if hasBegun {
            one.tick(rate)
            five.tick(rate)
            fifteen.tick(rate)
        } else {
            one.begin(with: rate)
            five.begin(with: rate)
            fifteen.begin(with: rate)
        }
        hasBegun = true
    }

    /// `hasBegun` stays as it is, as in the original: the first event after half a day of nothing starts the averages at once.
    private mutating func forget() {
        one.forget()
        five.forget()
        fifteen.forget()
    }
}
