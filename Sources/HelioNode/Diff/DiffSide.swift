/// What a side is, as far as a comparison depends on it.
public enum DiffRole: Sendable, Hashable {
    /// The upstream's own repositories: what is not there is not missing anywhere.
    case upstream
    /// A node, or hashes of which nobody says whose they are.
    case mirror
}

/// What a node has outstanding. It is shown beside the figures, so that lag is not read as loss.
public struct DiffBacklog: Sendable, Hashable {
    public let behind: Int
    public let firstCopies: Int
    public let quarantined: Int
    /// Age of the oldest change or first copy that is outstanding, of repositories that are not quarantined.
    public let oldest: Duration

    public init(behind: Int, firstCopies: Int, quarantined: Int, oldest: Duration) {
        self.behind = behind
        self.firstCopies = firstCopies
        self.quarantined = quarantined
        self.oldest = oldest
    }
}

/// Everything that was read of one side.
public struct DiffSide: Sendable {
    public let role: DiffRole
    /// By id, which is the upstream's and the same on both sides.
    public var readings: [RepositoryID: DiffReading]
    public var backlog: DiffBacklog?
    public var unseen: UnseenPaths

    public init(
        role: DiffRole, readings: [RepositoryID: DiffReading] = [:], backlog: DiffBacklog? = nil, unseen: UnseenPaths = []
    ) {
        self.role = role
        self.readings = readings
        self.backlog = backlog
        self.unseen = unseen
    }

    /// Takes a later look at some of the repositories: what it does not tell of any more has gone.
    public mutating func take(_ later: DiffSide, of repositories: Set<RepositoryID>) {
        for id in repositories { readings[id] = later.readings[id]?.following(readings[id]) }
        backlog = later.backlog
        unseen = later.unseen
    }

    func mayHide(_ name: RepositoryName?) -> Bool {
        guard !unseen.isEmpty else { return false }
        // Without a name nobody can say that it is not there.
        return name.map(unseen.mayHide) ?? true
    }
}

/// What one side comes to.
public struct DiffTotals: Sendable, Hashable {
    /// Repositories that the side has, by its own word.
    public private(set) var repositories = 0
    /// Of the repositories whose disk was read; nil when none was.
    public private(set) var figures: CopyFigures?
    /// Repositories that `figures` leaves out.
    public private(set) var uncounted = 0

    init(_ side: DiffSide) {
        for reading in side.readings.values where reading.isClaimed {
            repositories += 1
            if let own = reading.figures { figures = (figures ?? .zero) + own } else { uncounted += 1 }
        }
        // A side of nothing at all weighs nothing.
        if side.readings.isEmpty { figures = .zero }
    }
}
