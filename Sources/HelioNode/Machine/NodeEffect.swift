/// What a node wants done. The daemon does it and reports back with events.
public enum NodeEffect: Sendable {
    case transitioned(Transition)
    /// SYNCHRONIZED was reached: remember it over restarts.
    case rememberSynchronized
    /// Why the node is drained when it is started again; nil when it is not.
    case rememberDrain(String?)

    case discover
    case find(RepositoryName)
    case storeMetadata(MetadataBatch)
    case synchronize(SyncJob)
    case cancel(JobID)
    /// Read our copies' hashes from disk.
    case hash([Repository])
    /// Read both sides for a vet.
    case compare(RunID, [Repository], heads: [RepositoryID: Head])
    case maintain(Repository)
    case trash([RepositoryName])
    /// A repository's record changed without a change of refs.
    case record(RepositoryID, SyncRecord)

    /// A change became known that is not here yet: remember since when, over restarts.
    case noteBehind(RepositoryID)
    /// Our copy is missing or unreadable: remember that there is none, over restarts.
    case noteLost(RepositoryID)
    /// The change was taken back, or came some other way than by a synchronisation: forget since when.
    case noteCaughtUp(RepositoryID)

    /// Given up for now, and told once.
    case quarantined(Repository, Failure, failures: Int)
    /// It was quarantined and works again.
    case recovered(Repository)

    case runOpened(Run)
    case runPlanned(Run)
    case runClosed(Run)
    case vetEnded(VetReport)
    /// One that was asked for will not begin: too many wait, or the node stops.
    case vetRefused(RunID)
    case log(LogLine)
    case happened(NodeFact)
}

/// Metadata to be stored before the node acts on it.
public struct MetadataBatch: Sendable {
    public typealias ID = UInt64
    public let id: ID
    /// All of it, as the upstream told.
    public let listed: [ListedRepository]
    /// What of it is new or has other metadata than before.
    public let upserts: [ListedRepository]
    public let deletions: [Repository]
    /// What the purge guard adds up: deletions that nobody has accepted by hand.
    public let suspectDeletions: Int
    /// Whether the first content of what is new here is news: the node has been SYNCHRONIZED, in this life or an earlier one.
    public let announcesNew: Bool
}

public struct Transition: Sendable, Hashable {
    public let from: NodeState
    public let to: NodeState
    public let reason: String
    /// In `from`.
    public let duration: Duration
}

/// What the store keeps of a repository's last synchronisations.
public struct SyncRecord: Sendable {
    public let failedSyncCount: Int
    public let lastFailure: Failure?
    public let isQuarantined: Bool
    /// Set when an unchanged synchronisation told what the copy holds.
    public let verified: (content: MirrorHash, head: Head, refs: Int?)?
}
