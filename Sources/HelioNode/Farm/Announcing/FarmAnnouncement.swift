/// What receivers are told next of a repository, as the farm has settled it: the same bytes under the same id, whoever sends it.
public struct FarmAnnouncement: Hashable, Sendable {
    /// Bytes of `body`, and of `changes`, that nodes give and take.
    public static let partLimit = 1 << 20

    public let repository: RepositoryID
    public let number: Int64
    public let content: MirrorHash
    /// The node that sends it.
    public var sender: MemberID
    public let webhookID: String
    public let body: [UInt8]
    /// What led there from the announcement before, as the store writes it; nil when nobody knows, or when it is too much to tell.
    public let changes: [UInt8]?

    public init(
        repository: RepositoryID, number: Int64, content: MirrorHash, sender: MemberID, webhookID: String, body: [UInt8], changes: [UInt8]?
    ) {
        self.repository = repository
        self.number = number
        self.content = content
        self.sender = sender
        self.webhookID = webhookID
        self.body = body
        self.changes = changes
    }

    /// `changes` as nodes give them to each other: not where they are more than one takes.
    public static func told(_ changes: [UInt8]?) -> [UInt8]? { changes.flatMap { $0.count > partLimit ? nil : $0 } }
}

/// What was last announced of a repository, as a node knows it.
public struct LastAnnouncement: Hashable, Sendable {
    public let repository: RepositoryID
    public let number: Int64
    public let content: MirrorHash
    /// The node that sends it, while its event waits here for that; nil when it was sent, as far as is known.
    public let sender: MemberID?

    public init(repository: RepositoryID, number: Int64, content: MirrorHash, sender: MemberID?) {
        self.repository = repository
        self.number = number
        self.content = content
        self.sender = sender
    }
}

/// What became of a proposal.
public enum ProposalReply: Hashable, Sendable {
    /// Settled, and this node sends it, or the one that sends what came before.
    case accepted(sender: MemberID)
    /// The farm had settled that number already, or a later one: the last that it has, and who sends that; nil when nobody need any more.
    case taken(number: Int64, content: MirrorHash, sender: MemberID?)
}
