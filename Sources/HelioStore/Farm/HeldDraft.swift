public import HelioNode

/// A change that the farm is to be told of once it is done, and receivers once the farm has it.
public struct HeldDraft: Hashable, Sendable {
    /// A snapshot where nobody knows what led here.
    public let kind: SyncKind
    public let content: MirrorHash
    /// From what was last announced; nil when that is not known, or when it is too much to tell.
    public let changes: [RefChange]?

    public init(kind: SyncKind, content: MirrorHash, changes: [RefChange]?) {
        self.kind = kind
        self.content = content
        self.changes = changes
    }
}

/// How a copy stands to what receivers were last told.
public struct ToldState: Hashable, Sendable {
    /// nil without any record.
    public let announcement: Announcement?
    /// How far the copy is from what was announced, where it is not what was announced.
    public let difference: Difference?

    public struct Difference: Hashable, Sendable {
        /// nil: nobody knows.
        public let changes: [RefChange]?
        /// Some of it waits to be told; otherwise the copy is behind what others have announced.
        public let isHeld: Bool

        public init(changes: [RefChange]?, isHeld: Bool) {
            self.changes = changes
            self.isHeld = isHeld
        }
    }

    public init(announcement: Announcement?, difference: Difference?) {
        self.announcement = announcement
        self.difference = difference
    }
}

/// What the farm has settled that receivers are told.
public struct AgreedAnnouncement: Hashable, Sendable {
    public let event: OutboxEvent
    public let repository: RepositoryID
    public let number: Int64
    public let content: MirrorHash
    /// From the announcement before; nil when nobody knows, or when there are too many to tell.
    public let changes: [RefChange]?
    /// The node that sends it.
    public let sender: MemberID
    /// The coordinator has it.
    public let isPublished: Bool

    public init(
        event: OutboxEvent, repository: RepositoryID, number: Int64, content: MirrorHash, changes: [RefChange]?, sender: MemberID,
        isPublished: Bool
    ) {
        self.event = event
        self.repository = repository
        self.number = number
        self.content = content
        self.changes = changes
        self.sender = sender
        self.isPublished = isPublished
    }
}

/// A held change with all that an announcement of it is made of.
public struct StoredHeldChange: Hashable, Sendable {
    public let id: HeldID
    public let repository: RepositoryID
    public let draft: HeldDraft
}
