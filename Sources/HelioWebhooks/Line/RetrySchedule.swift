import HelioNode

/// When to try again, and when to give up.
enum RetrySchedule {
    private static let delays: [Duration] = [5, 30, 120, 600, 1800, 3600, 7200, 18_000, 36_000, 86_400].map { .seconds($0) }

    /// The attempt after which nothing more is tried: one after each delay, and the first.
    static let attempts = delays.count + 1
    /// For what a receiver refuses with a 4xx: three cover a receiver that was deployed a moment too late.
    static let refusedAttempts = 3
    /// Failures of one delivery while its endpoint took others: the body is at fault, not the receiver.
    static let ownFailures = 5

    /// - Parameters:
    ///   - attempts: failed so far, at least 1.
    ///   - asked: by the receiver; it is waited for when it is longer.
    /// - Returns: with a tenth of jitter either way, so that what failed together does not come back together.
    static func delay(after attempts: Int, asked: Duration?, using random: inout SeededGenerator) -> Duration {
        max(jitter(delays[min(max(attempts, 1), delays.count) - 1], using: &random), asked ?? .zero)
    }

    static func jitter(_ delay: Duration, using random: inout SeededGenerator) -> Duration {
        delay * Double.random(in: 0.9...1.1, using: &random)
    }
}
