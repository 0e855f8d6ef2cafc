/// The store's number of a change that receivers have not been told of.
public struct HeldID: Hashable, Comparable, Sendable {
    public let value: Int64
    public init(_ value: Int64) { self.value = value }
    public static func < (left: HeldID, right: HeldID) -> Bool { left.value < right.value }
}

/// A change of a copy that is on disk and waits until the farm has it, to be told once by all.
public struct HeldChange: Hashable, Sendable {
    public let id: HeldID
    public let repository: RepositoryID
    public let name: RepositoryName
    /// What the copy came to hold.
    public let content: MirrorHash

    public init(id: HeldID, repository: RepositoryID, name: RepositoryName, content: MirrorHash) {
        self.id = id
        self.repository = repository
        self.name = name
        self.content = content
    }
}

/// What a copy came to hold.
public struct CopyChange: Hashable, Sendable {
    public let repository: RepositoryID
    public let name: RepositoryName
    public let content: MirrorHash
    public let kind: SyncKind

    public init(repository: RepositoryID, name: RepositoryName, content: MirrorHash, kind: SyncKind) {
        self.repository = repository
        self.name = name
        self.content = content
        self.kind = kind
    }
}

/// What a node wants to have told now.
public struct Proposal: Hashable, Sendable {
    public let held: HeldID
    public let repository: RepositoryID
    /// Members that take traffic and may not have it, by identity.
    public let laggards: [MemberID]
    /// The coordinator cannot be asked: this node sends by the order that all agree on.
    public let isAlone: Bool
}

/// Somebody's event that nobody may be sending.
public struct Orphan: Hashable, Sendable {
    public let repository: RepositoryID
    public let sender: MemberID
    /// Since it was stored here.
    public let age: Duration

    public init(repository: RepositoryID, sender: MemberID, age: Duration) {
        self.repository = repository
        self.sender = sender
        self.age = age
    }

    var claim: Claim { Claim(repository, of: sender) }
}

/// What a member was to send of a repository, for another to send in its place.
public struct Claim: Hashable, Sendable {
    public let repository: RepositoryID
    public let sender: MemberID

    public init(_ repository: RepositoryID, of sender: MemberID) {
        self.repository = repository
        self.sender = sender
    }
}
