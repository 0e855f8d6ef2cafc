/// How often the log takes a line of one kind that others can make this node write: a handful at once, then one now and then.
public struct LogAllowance: Sendable {
    private static let atOnce = 20
    private static let interval = Duration.seconds(10)

    private var left = atOnce
    private var refilledAt: MonotonicTime?
    private var leftOut = 0

    public init() {}

    /// - Returns: how many lines have been left out since the last one; nil when this one is to be left out as well.
    public mutating func take(at now: MonotonicTime) -> Int? {
        refill(at: now)
        guard left > 0 else {
            leftOut += 1
            return nil
        }
        left -= 1
        defer { leftOut = 0 }
        return leftOut
    }

    private mutating func refill(at now: MonotonicTime) {
        let since = refilledAt ?? now
        let lines = min(max(now - since, .zero).wholeNanoseconds / Self.interval.wholeNanoseconds, Int64(Self.atOnce))
        left = min(left + Int(lines), Self.atOnce)
        refilledAt = lines == 0 ? since : now
    }
}
