/// A mirror operation that a farm does together, by the id under which its nodes answer.
public typealias FarmOperationID = RunID

/// What the nodes of a farm tell each other: in order, to all, and each at least once to whoever is there.
public enum FarmMessage: Hashable, Sendable {
    /// A repository has come to hold something else on the sender.
    case changed(FarmOperationID, RepositoryName, RepositoryID, content: MirrorHash)
    /// The sender was told of a repository by a hook, and the others may as well look at once.
    case notified(RepositoryName)
    /// The sender's list of repositories changed.
    case listed(FarmOperationID)
    /// All are to compare what they hold with the upstream, in the name of a lease.
    case vet(FarmOperationID, fence: Int64)
    /// The sender has done its part.
    case answered(FarmOperationID, FarmAnswer)
    /// A lease was given, under a number that no older order of it may be obeyed after.
    case leased(LeaseName, fence: Int64)
    /// The farm has settled what receivers are told next of a repository.
    case announced(RepositoryID, number: Int64)
    /// The sender has what is to be told, too.
    case stored(RepositoryID, number: Int64)
    /// An endpoint has taken an event, or it was given up.
    case delivered(RepositoryID, number: Int64, endpoint: String)
    /// The sender sends what one that is gone was to send.
    case claimed(Claim)
}

/// How a node's part of an operation came out.
public enum FarmAnswer: Hashable, Sendable {
    /// With what its copy holds now; nil where that is no answer to the operation.
    case success(MirrorHash?)
    /// It held just what was told, without having looked at the upstream since.
    case equal(MirrorHash)
    case failure
}

/// A message with who sent it.
public struct FarmLetter: Hashable, Sendable {
    public let sender: MemberID
    public let message: FarmMessage

    public init(sender: MemberID, message: FarmMessage) {
        self.sender = sender
        self.message = message
    }
}
