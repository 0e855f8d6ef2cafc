/// One vet: every repository is compared with the upstream, what differs is repaired through the sync queue, and the vet ends
/// when the last repair has come out. It waits for nothing itself, so it cannot starve the workers that it depends on.
struct Vet: Sendable {
    /// Its own id first, then those of requests that came while it had not begun.
    let ids: [RunID]
    let startedAt: Moment
    private var line: ReadingLine
    /// Since when each has been known to differ.
    private var repairing: [RepositoryID: MonotonicTime] = [:]
    private(set) var classes: [VetClass: Int] = [:]
    /// Repositories that neither equal the upstream nor were quarantined when the vet was through with them.
    private(set) var unresolved = 0

    /// - Precondition: `ids` is not empty.
    init(ids: [RunID], startedAt: Moment, repositories: [RepositoryID]) {
        precondition(!ids.isEmpty, "a vet has an id")
        self.ids = ids
        self.startedAt = startedAt
        line = ReadingLine(repositories)
    }

    var id: RunID { ids[0] }

    var isDone: Bool { line.isDone && repairing.isEmpty }

    /// The next repositories to compare; empty while enough are under way.
    mutating func nextBatch(at now: MonotonicTime) -> [RepositoryID] { line.nextBatch(at: now) }

    mutating func batchEnded() { line.batchEnded() }

    /// - Returns: when the comparison of the repository began.
    mutating func compared(_ id: RepositoryID) -> MonotonicTime? { line.ended(id) }

    mutating func judged(_ id: RepositoryID, as outcome: VetClass, needsRepair: Bool, at now: MonotonicTime) {
        classes[outcome, default: 0] += 1
        if needsRepair { repairing[id] = now }
    }

    /// A repair came out.
    ///
    /// - Parameter begun: when the synchronisation began. One that ran already when the difference was seen may not have seen it itself.
    mutating func settle(_ id: RepositoryID, resolved: Bool, begunAt begun: MonotonicTime) {
        guard let since = repairing[id], begun >= since else { return }
        repairing[id] = nil
        if !resolved { unresolved += 1 }
    }

    /// The repository left the catalogue.
    mutating func forget(_ id: RepositoryID) {
        _ = line.ended(id)
        repairing[id] = nil
    }
}

/// What a finished vet found.
public struct VetReport: Sendable {
    /// The vet's own id first, then those of the requests that it answered too.
    public let ids: [RunID]
    public let classes: [VetClass: Int]
    public let unresolved: Int
    public let startedAt: Moment
    public let endedAt: Moment

    public var id: RunID { ids[0] }
    public var duration: Duration { endedAt.monotonic - startedAt.monotonic }

    public func count(_ outcome: VetClass) -> Int { classes[outcome, default: 0] }
}
