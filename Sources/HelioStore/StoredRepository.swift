public import HelioNode

/// What the catalogue holds of one repository.
public struct StoredRepository: Hashable, Sendable {
    public var repository: Repository
    /// The upstream's metadata hash at the last discovery.
    public var metadata: MirrorHash
    /// Of our copy; `.unknown` when not computed.
    public var content: MirrorHash
    /// Of our copy; nil until there was one.
    public var head: Head?
    /// Whether a usable copy was last seen on disk.
    public var hasCopy: Bool
    /// When the first copy was complete; nil before.
    public var initialSync: WallTime?
    /// When the copy was last found or made equal to the upstream; nil before the first time.
    public var lastSync: WallTime?
    /// Failures in a row.
    public var failedSyncCount: Int
    /// Of the last attempt, nil when it succeeded. `retryAfter` is not stored: it counts from a moment that has passed.
    public var lastFailure: Failure?
    public var quarantined: Bool
    /// When we first learned of the oldest change that is not here yet; nil when there is none.
    public var upstreamChangedAt: WallTime?

    public init(
        repository: Repository, metadata: MirrorHash, content: MirrorHash = .unknown, head: Head? = nil, hasCopy: Bool = false,
        initialSync: WallTime? = nil, lastSync: WallTime? = nil, failedSyncCount: Int = 0, lastFailure: Failure? = nil,
        quarantined: Bool = false, upstreamChangedAt: WallTime? = nil
    ) {
        self.repository = repository
        self.metadata = metadata
        self.content = content
        self.head = head
        self.hasCopy = hasCopy
        self.initialSync = initialSync
        self.lastSync = lastSync
        self.failedSyncCount = failedSyncCount
        self.lastFailure = lastFailure
        self.quarantined = quarantined
        self.upstreamChangedAt = upstreamChangedAt
    }
}

/// A repository's metadata and its hash, as a discovery brings them.
public struct RepositoryMetadata: Hashable, Sendable {
    public var repository: Repository
    public var hash: MirrorHash

    public init(repository: Repository, hash: MirrorHash) {
        self.repository = repository
        self.hash = hash
    }
}

/// What has been learned about a repository's copy, apart from a completed change.
public enum CopyReport: Hashable, Sendable {
    /// Compared with the upstream at that time, and equal: any failure, quarantine and lag are over.
    case unchanged(WallTime)
    /// An attempt failed. `count` is the number of failures in a row, this one included.
    case failed(Failure, count: Int, quarantined: Bool)
    /// A good copy was found on disk and hashed, and its refs counted unless `refs` is nil.
    case hashed(content: MirrorHash, head: Head, refs: Int? = nil)
    /// The copy is missing or unusable: the next synchronisation is a snapshot.
    case lost
    /// The upstream was ahead of the copy at that time, unless a success came later. The first such report since the last success or
    /// `caughtUp` counts.
    case behind(WallTime)
    /// The upstream is no longer ahead, without a synchronisation: what it had more was taken back.
    case caughtUp
}

/// The number of a prepared change, never used twice in one database.
public struct ChangeID: Hashable, Sendable {
    public let value: Int64
    public init(_ value: Int64) { self.value = value }
}

/// A change that a crash left prepared.
public struct OutstandingChange: Hashable, Sendable {
    public let id: ChangeID
    public let repository: RepositoryID
    public let preparedAt: WallTime
    /// nil when the stored bytes cannot be read: the copy has to be compared with the upstream and the change abandoned.
    public let change: PreparedChange?
}
