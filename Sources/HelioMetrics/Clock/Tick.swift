/// A reading of the monotonic clock. Whoever records or reads takes it and hands it in, so that the wall clock, which is stepped,
/// changes no value, and a test moves time by hand.
public struct Tick: Hashable, Comparable, Sendable {
    /// Since an arbitrary origin, the same for one process.
    public let nanoseconds: Int64

    public init(nanoseconds: Int64) { self.nanoseconds = nanoseconds }

    public static func < (left: Tick, right: Tick) -> Bool { left.nanoseconds < right.nanoseconds }

    /// Negative when `earlier` is the later one: two threads may read the clock in one order and arrive in the other.
    func nanoseconds(since earlier: Tick) -> Int64 { nanoseconds &- earlier.nanoseconds }

    func advanced(by nanoseconds: Int64) -> Tick { Tick(nanoseconds: self.nanoseconds &+ nanoseconds) }
}
