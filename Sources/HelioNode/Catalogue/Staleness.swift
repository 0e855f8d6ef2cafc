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
        for index in 0..<catalogue.shelfCount { count(catalogue.shelf(index).span, since) }
    }

    private mutating func count(_ shelf: Span<RepositoryEntry>, _ since: [MonotonicTime]) {
        for slot in shelf.indices {
            guard let confirmed = shelf[slot].confirmedAt ?? shelf[slot].knownSince else { continue }
            for limit in since.indices where confirmed < since[limit] { counts[limit] += 1 }
        }
    }
}
