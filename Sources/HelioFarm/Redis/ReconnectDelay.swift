import HelioNode

/// How long to wait before the next attempt to connect: anything up to a bound that doubles ("full jitter", M. Brooker, "Exponential
/// Backoff And Jitter", AWS 2015), so that the nodes of a farm do not come back all at once.
struct ReconnectDelay {
    static let first = Duration.milliseconds(100)
    /// So low that a farm is whole again within seconds after its Redis is.
    static let limit = Duration.seconds(3)
    /// What only an operator can mend is not tried more often than this.
    static let leastAfterRefusal = Duration.seconds(3)

    private var bound = first
    private var random: SeededGenerator

    init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    mutating func next(after error: RedisError) -> Duration {
        let jitter = Duration.nanoseconds(Int64.random(in: 0...bound.nanoseconds, using: &random))
        bound = min(bound * 2, Self.limit)
        switch error {
        case .refused(.noAuth, _), .refused(.noPermission, _): return Self.leastAfterRefusal + jitter
        default: return jitter
        }
    }

    /// The connection has held for a while.
    mutating func reset() { bound = Self.first }
}
