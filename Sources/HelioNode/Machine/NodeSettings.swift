/// What an operator chose, as far as the node's decisions depend on it. All of it can change while the node runs.
public struct NodeSettings: Sendable, Hashable {
    public var strict = false
    /// What a drained node answers to those who ask for its health: 503, or 404, which HAProxy's `disable-on-404` takes for "no new
    /// sessions" where 503 is "down".
    public var drainCode = 503
    /// Between two passes; drawn anew from 80–100 % of this, so that nodes started together spread out.
    public var syncInterval: Duration = .seconds(180)
    /// Synchronisations at once.
    public var syncConcurrency = 4
    /// Attempts before a repository waits for the next pass, and failures of its own before it is quarantined.
    public var syncAttempts = 5
    public var quarantineBlocksSynchronized = false
    /// Of the known repositories, 0…1.
    public var purgeGuardFraction = 0.05
    public var purgeGuardAtLeast = 10
    public var vetInterval: Duration = .seconds(3600)
    /// How long a node that was SYNCHRONIZED before waits for a silent upstream at its start.
    public var upstreamWait: Duration = .seconds(60)
    public var lag = LagHysteresis.Limits(leave: .seconds(600), enter: .seconds(300), hold: .seconds(60))
    public var maxSilence: Duration = .seconds(24 * 3600)
    public var disk = DiskWatermarks()
    /// How long a starting node waits for its farm before it goes on alone; nil without a coordinator.
    public var farmJoinWait: Duration?

    public init() {}
}

/// Free space at which the node warns, and at which it starts no new synchronisation.
public struct DiskWatermarks: Sendable, Hashable {
    /// Each is the smaller of a fraction of the file system and a number of bytes.
    public var lowFraction = 0.10
    public var lowBytes: Int64 = 50 << 30
    public var stopFraction = 0.05
    public var stopBytes: Int64 = 5 << 30

    public init() {}

    public enum Level: String, Sendable {
        case enough, low, stop
    }

    public func level(free: Int64, total: Int64) -> Level {
        func below(_ fraction: Double, _ bytes: Int64) -> Bool { Double(free) < min(fraction * Double(total), Double(bytes)) }
        if below(stopFraction, stopBytes) { return .stop }
        return below(lowFraction, lowBytes) ? .low : .enough
    }
}
