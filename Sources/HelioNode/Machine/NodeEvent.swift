/// What happens to a node. The daemon feeds these in, each with the time at which it happened.
public enum NodeEvent: Sendable {
    /// The store is open and migrated; why the node was drained, for as long as nobody undrains it.
    case storageOpened(draining: String?)
    /// What a crash left has been finished; this is what the store holds.
    case recovered(StoredNode)
    /// The start failed although the configuration is valid.
    case startFailed(String)

    case discovered(Result<Listing, Failure>)
    case found(RepositoryName, Result<ListedRepository?, Failure>)
    case metadataStored(MetadataBatch.ID, Failure?)
    case synchronized(JobID, RepositoryID, Result<SyncResult, Failure>)
    /// Our copies were read: their hashes, nil where there is no usable copy.
    case hashed([RepositoryID: MirrorHash?])
    case compared(RunID, [Comparison])
    case maintained(RepositoryID)
    /// These of `NodeEffect.trash` have been moved, or cannot be.
    case trashed([RepositoryName])

    case syncRequested(RunID, RunScope, acceptDeletions: Bool)
    case vetRequested(RunID)
    case notified(RepositoryName)
    /// - Parameter isKept: over restarts.
    case drain(reason: String, isKept: Bool)
    case undrain
    case reconfigured(NodeSettings)

    /// What the node knows of its farm changed.
    case farm(FarmView)
    /// The farm does not take this node.
    case joinRefused(String)
    /// Another node found another list of repositories: the next pass begins now.
    case passWanted
    case disk(free: Int64, total: Int64)
    case storeWritable(Bool)
    /// The time of `NodeMachine.nextWake` has come.
    case wake
    /// SIGTERM, SIGINT or an operator's stop.
    case terminate
    /// Nothing more will be reported: open runs are closed.
    case halted
}

/// What the store remembers from before.
public struct StoredNode: Sendable {
    public var entries: [RepositoryEntry]
    /// The node had reached SYNCHRONIZED before it stopped.
    public var wasSynchronized: Bool
    /// Deletions of the last 24 hours, by age.
    public var deletions: [(age: Duration, count: Int)]
    /// The last runs, all of them closed, oldest first.
    public var runs: [Run]

    public init(entries: [RepositoryEntry], wasSynchronized: Bool, deletions: [(age: Duration, count: Int)], runs: [Run] = []) {
        self.entries = entries
        self.wasSynchronized = wasSynchronized
        self.deletions = deletions
        self.runs = runs
    }
}
