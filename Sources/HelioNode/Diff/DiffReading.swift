/// One repository as one side of a comparison tells and holds it.
///
/// All times are of the clock of whoever compares; what a node tells as ages has been taken off the moment at which it was heard.
public struct DiffReading: Sendable, Hashable {
    public let id: RepositoryID
    public let project: ProjectID
    /// nil where only hashes were told: they come with ids alone.
    public let name: RepositoryName?
    /// What the side says that it holds; of an upstream, which keeps no records, what its refs were read as.
    public let content: MirrorHash
    public let metadata: MirrorHash
    /// What a node knows of its copy; nil for an upstream, and where only hashes were told.
    public let standing: DiffStanding?
    /// nil where nobody looked.
    public let disk: DiskReading?
    /// The latest moment at which this content can have been the upstream's; for the upstream itself, when it was read. nil where
    /// nobody can tell.
    public let confirmedAt: MonotonicTime?
    /// Since when this content is held and was the upstream's, as far as is known; nil where nobody can tell.
    public var heldSince: MonotonicTime?
    /// It held something else at the look before.
    public var hasMoved = false

    public init(
        id: RepositoryID, project: ProjectID, name: RepositoryName? = nil, content: MirrorHash, metadata: MirrorHash = .unknown,
        standing: DiffStanding? = nil, disk: DiskReading? = nil, confirmedAt: MonotonicTime? = nil, heldSince: MonotonicTime? = nil
    ) {
        self.id = id
        self.project = project
        self.name = name
        self.content = content
        self.metadata = metadata
        self.standing = standing
        self.disk = disk
        self.confirmedAt = confirmedAt
        self.heldSince = heldSince
    }

    /// Whether the side says that it has it. Who tells hashes lists only what it mirrors.
    var isClaimed: Bool { standing?.hasCopy ?? true }

    /// What it holds: the disk's word where somebody looked, before the record's.
    var held: MirrorHash {
        if case .read(let found) = disk { return found.content }
        return content
    }

    var figures: CopyFigures? {
        if case .read(let found) = disk { return found.figures }
        return nil
    }

    /// Read later, with the earlier reading at hand: a content that is still there has been there all the time between.
    public func following(_ earlier: DiffReading?) -> DiffReading {
        guard let earlier else { return self }
        var reading = self
        reading.hasMoved = earlier.held != held
        guard !reading.hasMoved, let since = earlier.heldSince else { return reading }
        reading.heldSince = min(since, heldSince ?? since)
        return reading
    }
}

/// What a node knows of one of its copies.
public struct DiffStanding: Sendable, Hashable {
    public let hasCopy: Bool
    public let status: RepositoryEntry.Status
    /// Since when it is behind, waits for its first copy, or is quarantined; nil when it is none of these.
    public let outstandingSince: MonotonicTime?
    /// A synchronisation or maintenance ran while the copy was read, or ended meanwhile: what was read may be of two moments.
    public let isChanging: Bool

    public init(hasCopy: Bool, status: RepositoryEntry.Status, outstandingSince: MonotonicTime? = nil, isChanging: Bool = false) {
        self.hasCopy = hasCopy
        self.status = status
        self.outstandingSince = outstandingSince
        self.isChanging = isChanging
    }
}
