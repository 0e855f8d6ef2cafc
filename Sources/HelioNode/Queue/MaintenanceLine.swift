/// Repositories whose copies changed and want a look, one at a time and never during their sync.
struct MaintenanceLine: Sendable {
    var current: RepositoryID?
    /// The current one left the upstream meanwhile.
    var trashAfterwards: RepositoryName?
    private var line = Fifo<RepositoryID>()
    private var since = AgeIndex()

    var count: Int { since.count }

    /// Since when the first of them waits.
    var oldest: MonotonicTime? { since.oldest }

    mutating func line(up id: RepositoryID, at now: MonotonicTime) {
        guard !since.contains(id) else { return }
        since.set(id, now)
        line.append(id)
    }

    /// The first repository that nothing else works on.
    mutating func next(isBusy: (RepositoryID) -> Bool) -> RepositoryID? {
        for _ in 0..<line.count {
            guard let id = line.popFirst() else { return nil }
            if !isBusy(id) {
                since.set(id, nil)
                return id
            }
            line.append(id)
        }
        return nil
    }
}
