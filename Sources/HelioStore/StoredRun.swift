public import HelioNode

/// One pass over everything, as the ledger keeps it.
public struct StoredRun: Hashable, Sendable {
    public enum Status: String, Hashable, Sendable, CaseIterable {
        case success, fail, cancel
    }

    /// How many repositories came to which end.
    public struct Counts: Hashable, Sendable {
        public var succeeded: Int
        public var failed: Int
        public var cancelled: Int
        public var skipped: Int

        public init(succeeded: Int = 0, failed: Int = 0, cancelled: Int = 0, skipped: Int = 0) {
            self.succeeded = succeeded
            self.failed = failed
            self.cancelled = cancelled
            self.skipped = skipped
        }
    }

    /// A UUID.
    public let id: String
    /// Who asked for it.
    public let trigger: String
    /// `all`, or what it was confined to; `unknown` of runs from before it was kept.
    public let scope: String
    public let openedAt: WallTime
    /// Repositories in its plan; nil until discovery is done.
    public let planned: Int?
    /// nil while it is open.
    public let status: Status?
    public let reason: String?
    public let counts: Counts
    /// From the claim to the last repository; while it is open, and after a crash, to when it was last seen alive. nil before that.
    public let seconds: Double?
    public let closedAt: WallTime?
}
