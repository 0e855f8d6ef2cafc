/// Why a repository is synchronised; also a metric label.
public enum SyncTrigger: String, Sendable, Hashable, CaseIterable {
    case run, notify, retry, vet

    /// Which of two a request that stands for both is called by.
    fileprivate var rank: Int {
        switch self {
        case .run: 0
        case .retry: 1
        case .vet: 2
        case .notify: 3
        }
    }
}

/// A wish to have one repository synchronised.
public struct SyncRequest: Sendable {
    public let repository: RepositoryID
    public let project: ProjectID
    public var trigger: SyncTrigger
    /// When it was first asked for; merging keeps the older time.
    public var createdAt: Moment
    /// Failed attempts so far in this series.
    public var failedAttempts = 0
    public var notBefore: MonotonicTime
    /// The upstream said when to come back; a notification does not bring this forward.
    public var heldByUpstream = false
    /// The runs that wait for the outcome of the next attempt.
    public var runs: Set<RunID> = []
    /// Mirror the repository anew: the copy cannot be repaired by a fetch.
    public var rebuild = false

    public init(repository: RepositoryID, project: ProjectID, trigger: SyncTrigger, createdAt: Moment) {
        self.repository = repository
        self.project = project
        self.trigger = trigger
        self.createdAt = createdAt
        self.notBefore = createdAt.monotonic
    }

    var isUrgent: Bool { trigger == .notify }

    /// Since when nothing but its turn keeps it from beginning: a back-off is no waiting in the queue.
    public var dueSince: MonotonicTime { max(createdAt.monotonic, notBefore) }

    func merging(_ other: SyncRequest) -> SyncRequest {
        var merged = self
        merged.createdAt = createdAt.monotonic <= other.createdAt.monotonic ? createdAt : other.createdAt
        merged.runs.formUnion(other.runs)
        merged.rebuild = rebuild || other.rebuild
        merged.failedAttempts = max(failedAttempts, other.failedAttempts)
        merged.heldByUpstream = heldByUpstream || other.heldByUpstream
        if other.trigger.rank > trigger.rank { merged.trigger = other.trigger }
        // A notification brings a back-off to its end; anything else waits for the later of the two.
        let mayHurry = merged.isUrgent && !merged.heldByUpstream
        merged.notBefore = mayHurry ? min(notBefore, other.notBefore) : max(notBefore, other.notBefore)
        return merged
    }
}

public struct JobID: Hashable, Sendable {
    public let value: UInt64
    public init(_ value: UInt64) { self.value = value }
}

/// A synchronisation under way.
public struct SyncJob: Sendable {
    public let id: JobID
    public let request: SyncRequest
    public let repository: Repository
    public let hasCopy: Bool
    public let lastKnownHead: Head?
    public let startedAt: Moment
    /// The repository vanished from the upstream while the job ran: its copy goes to the trash when the job ends.
    public var removeWhenDone = false

    public var attempt: Int { request.failedAttempts + 1 }
}

/// What a job reports when it ended well.
public struct SyncResult: Sendable {
    public let kind: SyncKind
    /// False when the upstream's refs were ours already.
    public let changed: Bool
    public let content: MirrorHash
    public let head: Head
    public let metadata: MirrorHash
    public let defaultBranch: RefName?
    /// nil when nobody has counted them.
    public let refs: Int?

    public init(
        kind: SyncKind, changed: Bool, content: MirrorHash, head: Head, metadata: MirrorHash, defaultBranch: RefName?, refs: Int? = nil
    ) {
        self.kind = kind
        self.changed = changed
        self.content = content
        self.head = head
        self.metadata = metadata
        self.defaultBranch = defaultBranch
        self.refs = refs
    }
}
