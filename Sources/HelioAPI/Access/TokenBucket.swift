import HelioNode

/// Lets a burst through and then a steady rate.
struct TokenBucket: Sendable {
    /// A push of many repositories at once, as a migration makes it.
    static let burst = 200.0
    /// Far above what hooks send, far below what would hurt: a notification costs microseconds, an unknown name a look at the
    /// upstream.
    static let perSecond = 50.0

    private var level = Self.burst
    private var last: MonotonicTime?

    mutating func take(at now: MonotonicTime) -> Bool {
        if let last, now > last { level = min(Self.burst, level + (now - last).inSeconds * Self.perSecond) }
        last = max(last ?? now, now)
        guard level >= 1 else { return false }
        level -= 1
        return true
    }
}
