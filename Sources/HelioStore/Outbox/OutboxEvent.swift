public import HelioNode

/// Something that receivers are to be told, with its body for good: a repeat sends the same bytes.
public struct OutboxEvent: Hashable, Sendable {
    /// The same for every attempt and every endpoint; receivers recognise repeats by it.
    public let webhookID: String
    /// `mirror:repo_synchronized` and the like.
    public let key: String
    /// nil when it is about the node.
    public let repository: RepositoryID?
    /// Which announcement of its repository it is; nil when it is none.
    public let number: Int64?
    public let body: [UInt8]
    /// The names of those who are to get it.
    public let endpoints: [String]

    public init(
        webhookID: String, key: String, repository: RepositoryID?, number: Int64? = nil, body: [UInt8], endpoints: [String]
    ) {
        self.webhookID = webhookID
        self.key = key
        self.repository = repository
        self.number = number
        self.body = body
        self.endpoints = endpoints
    }
}

/// What receivers were last told of a repository.
public struct Announcement: Hashable, Sendable {
    /// How many events told of it so far.
    public let number: Int64
    /// What it held then; nil while nothing was ever announced and its first content is to be.
    public let content: MirrorHash?

    public init(number: Int64, content: MirrorHash?) {
        self.number = number
        self.content = content
    }
}

/// A repository whose copy holds something else than was last announced.
public struct UnannouncedContent: Hashable, Sendable {
    public let repository: RepositoryID
    public let content: MirrorHash
    public let last: Announcement
}
