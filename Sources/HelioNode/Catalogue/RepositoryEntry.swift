/// What the node knows of one repository: the upstream's metadata, our copy, and how synchronising it goes.
public struct RepositoryEntry: Sendable {
    public var repository: Repository
    public var metadata: MirrorHash
    /// Of our copy; `.unknown` when there is none, or when it has not been computed yet.
    public var content: MirrorHash = .unknown
    /// When it came into the catalogue.
    public var knownSince: MonotonicTime?
    /// What the upstream had when it was last asked; nil when it was not asked since the start.
    public var upstreamContent: MirrorHash?
    /// When a listing last told of it.
    public var listedAt: MonotonicTime?
    public var head: Head?
    public var hasCopy = false
    public var initialSync: WallTime?
    public var lastSync: WallTime?
    /// Failures since the last success.
    public var failedSyncCount = 0
    /// Of these, the ones that are the repository's own: they lead to quarantine.
    public var ownFailures = 0
    public var lastFailure: Failure?
    public var quarantinedSince: MonotonicTime?
    /// The copy was found broken, and the upstream not: it is made anew, whenever there is room.
    var needsRebuild = false
    /// Since when a change is known at the upstream that is not here yet; for a first copy, since it was listed.
    public var behindSince: MonotonicTime?
    /// Whether the store remembers that our copy is behind.
    var isNotedBehind = false
    /// When our copy was last known to equal the upstream; nil before it ever did.
    public var confirmedAt: MonotonicTime?
    public var lastChange: MonotonicTime?
    public var lastPoll: MonotonicTime?

    public init(repository: Repository, metadata: MirrorHash) {
        self.repository = repository
        self.metadata = metadata
    }

    public enum Status: String, Sendable, CaseIterable {
        case waiting, synchronized, behind, quarantined
    }

    public var status: Status {
        if quarantinedSince != nil { return .quarantined }
        // A copy that was lost is missing like a change: only one that never was is a first one.
        if !hasCopy { return initialSync == nil ? .waiting : .behind }
        return behindSince == nil ? .synchronized : .behind
    }

    /// The last attempt failed, and no change is known that is not here: nobody knows whether there is one.
    public var isDoubtful: Bool { status == .synchronized && lastFailure != nil }

    /// Since when something is outstanding, whatever the state; nil when nothing is. What is set aside has been outstanding since before.
    public var outstandingSince: MonotonicTime? {
        guard let behindSince, let quarantinedSince else { return behindSince ?? quarantinedSince }
        return min(behindSince, quarantinedSince)
    }

    /// Whether a reader of hashes and metadata sees the same in both.
    func reads(as other: RepositoryEntry) -> Bool {
        content == other.content && metadata == other.metadata && hasCopy == other.hasCopy && repository == other.repository
    }

    /// What the copy adds to `Catalogue.contentSum`; 0 without a copy.
    var contentSum: UInt64 {
        guard hasCopy, case .known(let digest) = content else { return 0 }
        var mixing = SeededGenerator(seed: UInt64(bitPattern: repository.id.value) ^ digest.leading)
        return mixing.next()
    }

    var isHashUnknown: Bool { hasCopy && content == .unknown }
}
