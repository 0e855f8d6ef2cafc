/// What a discovery found at the upstream.
public struct Listing: Sendable {
    public var repositories: [ListedRepository]
    public var rejected: [RejectedRepository]
    public var unseen: UnseenPaths

    /// The upstream shows nothing at all, not even what is no repository, as the mount point of a disk that is not mounted does.
    public var isBlank: Bool

    /// Whether the upstream itself has said this. A list of URLs stands in the configuration and proves nothing of the servers.
    public var isHeardOfUpstream: Bool { repositories.isEmpty || repositories.contains(where: \.isHeardOfUpstream) }

    public init(repositories: [ListedRepository], rejected: [RejectedRepository] = [], unseen: UnseenPaths = [], isBlank: Bool = false) {
        self.repositories = repositories
        self.rejected = rejected
        self.unseen = unseen
        self.isBlank = isBlank
    }
}

public struct ListedRepository: Sendable {
    public let repository: Repository
    public let metadata: MirrorHash
    /// The upstream's content hash where listing makes it cheap to know (a directory); nil where it must be asked for
    /// (a URL). `.unknown` is the upstream's own "not computed yet".
    public let content: MirrorHash?
    /// Why the repository could be listed and not read.
    public let failure: Failure?

    public var isHeardOfUpstream: Bool { content != nil || failure != nil }

    public init(repository: Repository, metadata: MirrorHash, content: MirrorHash?, failure: Failure? = nil) {
        self.repository = repository
        self.metadata = metadata
        self.content = content
        self.failure = failure
    }
}

/// Something at the upstream that cannot be mirrored; it is reported and blocks nothing.
public struct RejectedRepository: Hashable, Sendable {
    /// As found, with control characters escaped.
    public let path: String
    public let why: String

    public init(path: String, why: String) {
        self.path = path
        self.why = why
    }
}
