/// How many copies have not been known to equal the upstream for how long. Unlike the lag it also grows while the upstream is
/// silent and nobody can tell what has changed there.
public struct Staleness: Sendable, Hashable {
    public let limits: [Duration]
    /// For each limit, the repositories that are stale for longer.
    public private(set) var counts: [Int]

    /// A walk through the whole catalogue: for those who ask now and then, never for the loop.
    public init(_ catalogue: Catalogue, limits: [Duration], at now: MonotonicTime) {
        self.limits = limits
        counts = Array(repeating: 0, count: limits.count)
        let since = limits.map { now - $0 }
        for index in 0..<catalogue.shelfCount { count(catalogue.shelf(index), since) }
    }

    private mutating func count(_ shelf: [RepositoryEntry], _ since: [MonotonicTime]) {
        // Borrowed in place: copying an entry would count a dozen references up and down.
        let entries = shelf.span
        var slot = 0
        while slot < entries.count {
            if let confirmed = entries[slot].confirmedAt ?? entries[slot].knownSince { count(confirmed, since) }
            slot += 1
        }
    }

    private mutating func count(_ confirmed: MonotonicTime, _ since: [MonotonicTime]) {
        for limit in since.indices where confirmed < since[limit] { counts[limit] += 1 }
    }
}
