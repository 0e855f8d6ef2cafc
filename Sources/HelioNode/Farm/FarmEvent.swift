/// What happens to a node as a member of its farm.
public enum FarmEvent: Sendable {
    /// How this node stands, as its own snapshot says.
    case standing(Standing)
    /// A heartbeat came through; and whether the coordinator has been told since what it may have lost.
    case read(FarmReading, isReminded: Bool = true)
    /// It did not.
    case unread(String)
    case refused(JoinRefusal)
    /// What another node or this one told; `ours` is what our copy of the repository holds, where it is about one.
    case letter(FarmLetter, ours: MirrorHash?)
    /// Something was told that may be worth a look before the next heartbeat.
    case hint
    /// Another node stands differently.
    case membersHint

    /// A copy came to hold something else, since a listing begun at `listedAt`; or this node was started and the change still waits.
    case held(HeldChange, SyncKind, listedAt: MonotonicTime)
    /// A copy came to hold something else that no receiver is to be told of.
    case changed(CopyChange, listedAt: MonotonicTime)
    /// A synchronisation ended, with what the copy holds now.
    case synchronized(RepositoryID, MirrorHash?, listedAt: MonotonicTime)
    /// The store has taken what the farm announced of a repository, and these changes are still to be told.
    case adopted(RepositoryID, number: Int64, sender: MemberID, remaining: Set<HeldID>)
    /// These changes of a repository are still to be told.
    case settled(RepositoryID, remaining: Set<HeldID>)
    /// Nothing was settled; the changes wait on.
    case proposalFailed(RepositoryID)
    /// All that was announced without the coordinator is known there.
    case published
    /// Events whose sender is gone, and those of others that this node sends already.
    case orphans([Orphan], taken: [Claim] = [])
    /// A delivery of this node is over.
    case delivered(RepositoryID, number: Int64, endpoint: String)
    case deleted(RepositoryID)

    case lease(LeaseName, LeaseReply)
    /// Whether this node wants to count rows for all.
    case wantsInventory(Bool)
    /// A vet began that nobody ordered.
    case vetStarted(RunID)
    /// A vet ended, in the name of all these.
    case vetEnded([RunID], failed: Bool)
    /// A hook told this node of a repository.
    case notifiedHere(RepositoryName)
    /// The list of repositories changed by what this node found itself.
    case listed
    /// A discovery ended that another node's message asked for.
    case listedFor(FarmOperationID, failed: Bool)

    case reconfigured(FarmSettings)
    /// A list of URLs was changed while the node runs.
    case upstreamReplaced(fingerprint: String)
    /// The time of `FarmMachine.nextWake` has come.
    case wake
}

/// What a node wants done as a member of its farm.
public enum FarmEffect: Sendable {
    /// Register, read who else is there, then what was told since.
    case beat(MemberRecord)
    /// Read what was told since.
    case readLetters
    case view(FarmView)
    case send(FarmMessage)
    case lease(LeaseRequest)

    /// Others know of something new in a repository.
    case synchronize(RepositoryName)
    /// Others found another list of repositories.
    case list(FarmOperationID)
    /// A vet was ordered: the store says whether its number may still be obeyed.
    case obey(FarmOperationID, fence: Int64)
    /// A lease was given to somebody under this number.
    case remember(LeaseName, fence: Int64)

    case propose(Proposal)
    /// The farm has announced something: take it into the store.
    case adopt(RepositoryID, number: Int64)
    /// What waits to be sent by this node, or was another's to send, may go, but for what these were to send.
    case release(RepositoryID)
    /// What a member that is gone was to send, or this one before a restart, goes from here.
    case takeOver(Claim)
    /// A member has done with an event.
    case settleDelivery(RepositoryID, number: Int64, endpoint: String, by: MemberID)
    /// The coordinator answers again: it is to know what was announced without it.
    case publish
    /// Find events whose sender is none of these.
    case findOrphans(present: Set<MemberID>)

    case measured(MirrorOperation, DistributedOutcome, Duration)
    /// All nodes hold what a synchronisation of this kind brought.
    case synchronizedEverywhere(SyncKind, Duration)
    case joinRefused(JoinRefusal, isFirst: Bool)
    case log(LogLine)
}
