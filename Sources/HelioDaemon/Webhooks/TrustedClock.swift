import HelioNode

/// The wall clock, as far as it may make something old.
///
/// One that was set forward while the node runs may be wrong, so time goes on as if it had not been. Once it has stood for a day it is
/// right, and what it said before was wrong, as on a machine that starts in 1970.
struct TrustedClock: Sendable {
    /// Of the monotonic clock.
    private static let standing = Duration.seconds(24 * 3600)
    /// Between two clocks that agree, in milliseconds: leap seconds, and what a time server makes good in small steps.
    private static let tolerance: Int64 = 60_000

    private var trusted: Moment
    /// Since when the clock has said something else, and always the same.
    private var other: Moment?
    private var lastLook: MonotonicTime
    /// What nobody looks at for longer has not stood: a machine that slept may have a clock that nobody has set yet.
    private static let attention = Duration.seconds(3600)

    init(_ now: Moment) { (trusted, lastLook) = (now, now.monotonic) }

    /// - Returns: never later than the clock says.
    mutating func look(at now: Moment) -> WallTime {
        if now.monotonic - lastLook > Self.attention { other = nil }
        lastLook = now.monotonic
        if abs(Self.lead(of: now, over: trusted)) <= Self.tolerance {
            other = nil
        } else {
            let since = other.flatMap { abs(Self.lead(of: now, over: $0)) <= Self.tolerance ? $0 : nil } ?? now
            other = since
            if now.monotonic - since.monotonic >= Self.standing { (trusted, other) = (since, nil) }
        }
        return WallTime(millisecondsSince1970: now.wall.millisecondsSince1970 - max(0, Self.lead(of: now, over: trusted)))
    }

    /// By how many milliseconds the wall clock has gone further than the monotonic clock since.
    private static func lead(of now: Moment, over before: Moment) -> Int64 {
        let elapsed = (now.monotonic - before.monotonic).wholeNanoseconds / 1_000_000
        return now.wall.millisecondsSince1970 - before.wall.millisecondsSince1970 - elapsed
    }
}
