/// Exponential back-off with full jitter: a delay drawn evenly from zero to the current ceiling, so that nodes which failed
/// together do not come back together (Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015).
public struct Backoff: Sendable, Hashable {
    public let first: Duration
    public let ceiling: Duration

    public init(first: Duration, ceiling: Duration) {
        self.first = first
        self.ceiling = ceiling
    }

    /// Failed synchronisations: 10 s, doubled, up to 15 minutes.
    public static let synchronisation = Backoff(first: .seconds(10), ceiling: .seconds(900))
    /// The first discovery, which everything waits for: 1 s, doubled, up to 30 s.
    public static let bootstrap = Backoff(first: .seconds(1), ceiling: .seconds(30))

    /// - Parameter attempt: how many attempts have failed, at least 1.
    public func delay(afterAttempt attempt: Int, using random: inout SeededGenerator) -> Duration {
        let doublings = min(max(attempt - 1, 0), 30)
        let limit = min(first * (1 << doublings), ceiling)
        return .nanoseconds(Int64.random(in: 0...limit.wholeNanoseconds, using: &random))
    }
}
