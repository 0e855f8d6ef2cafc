import HelioNode

/// When to try again, and when to give up.
enum RetrySchedule {
    private static let delays: [Duration] = [5, 30, 120, 600, 1800, 3600, 7200, 18_000, 36_000, 86_400].map { .seconds($0) }

    /// The attempt after which nothing more is tried: one after each delay, and the first.
    static let attempts = delays.count + 1
    /// Of those that a receiver refuses with a 4xx: three cover a receiver that was deployed a moment too late.
    static let refusedAttempts = 3
    /// Failures of one delivery while its endpoint took others: the body is at fault, not the receiver.
    static let ownFailures = 5
    private static let spread = 0.1

    /// - Parameters:
    ///   - attempts: failed so far, at least 1.
    ///   - asked: by the receiver; it is waited for when it is longer.
    /// - Returns: with a tenth of jitter either way, so that what failed together does not come back together.
    static func delay(after attempts: Int, asked: Duration?, using random: inout SeededGenerator) -> Duration {
        max(jitter(own(after: attempts), using: &random), asked ?? .zero)
    }

    /// Whether nobody but the receiver can have wanted such a delay after so many failed attempts: the schedule's own is shorter.
    static func isAsked(_ delay: Duration, after attempts: Int) -> Bool { delay > own(after: attempts) * (1 + spread) }

    private static func own(after attempts: Int) -> Duration { delays[min(max(attempts, 1), delays.count) - 1] }

    static func jitter(_ delay: Duration, using random: inout SeededGenerator) -> Duration {
        delay * Double.random(in: 1 - spread...1 + spread, using: &random)
    }
}
