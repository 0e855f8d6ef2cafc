import HelioNode

/// The repositories with which something is outstanding, and for how long. Found through the catalogue's indices, so the work
/// depends on the limit alone.
enum LaggingRepositories {
    struct Item {
        let entry: RepositoryEntry
        let age: Duration
    }

    /// Whatever the state, the oldest first.
    static func byAge(_ catalogue: Catalogue, at now: MonotonicTime, limit: Int) -> [Item] {
        catalogue.oldestOutstanding(limit: limit).map { Item(entry: $0, age: NodeSnapshot.age($0.outstandingSince, at: now)) }
    }

    /// Of all that `worst` chooses from.
    static func count(_ counts: Catalogue.Counts) -> Int { counts.quarantined + counts.behind + counts.waiting + counts.doubtful }

    /// The quarantined before all others.
    static func worst(_ catalogue: Catalogue, at now: MonotonicTime, limit: Int) -> [Item] {
        let quarantined = items(catalogue, .quarantined, at: now, limit: limit)
        let doubtful = catalogue.oldestDoubtful(limit: limit).map { Item(entry: $0, age: NodeSnapshot.age($0.confirmedAt, at: now)) }
        let others = doubtful + [RepositoryEntry.Status.behind, .waiting].flatMap { items(catalogue, $0, at: now, limit: limit) }
        return Array((quarantined + others.sorted { $0.age > $1.age }).prefix(limit))
    }

    private static func items(
        _ catalogue: Catalogue, _ status: RepositoryEntry.Status, at now: MonotonicTime, limit: Int
    ) -> [Item] {
        catalogue.oldest(status, limit: limit).map { entry in
            let since = status == .quarantined ? entry.quarantinedSince : entry.behindSince
            return Item(entry: entry, age: NodeSnapshot.age(since, at: now))
        }
    }
}
