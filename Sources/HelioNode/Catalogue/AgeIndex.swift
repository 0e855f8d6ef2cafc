/// Since when each repository of a kind is outstanding, and which is the oldest, without a walk through all of them.
struct AgeIndex: Sendable {
    private var since = ShardedMap<RepositoryID, MonotonicTime>()
    /// May hold what is no longer true; `set` keeps its top honest.
    private var heap = TimeHeap<RepositoryID>()

    /// What the heap may hold in vain before it is made anew, beside a thirty-second of what it holds.
    private static let slack = 64

    var count: Int { since.count }
    var oldest: MonotonicTime? { heap.earliest?.time }
    /// What the index holds in memory, the settled included.
    var heapCount: Int { heap.count }

    func contains(_ id: RepositoryID) -> Bool { since[id] != nil }

    subscript(id: RepositoryID) -> MonotonicTime? { since[id] }

    mutating func set(_ id: RepositoryID, _ time: MonotonicTime?) {
        guard since[id] != time else { return }
        since[id] = time
        if let time { heap.insert(id, at: time) }
        while let top = heap.earliest, since[top.element] != top.time { heap.popEarliest() }
        // One old top would else keep everything that was settled below it.
        if heapCount > since.count + since.count / 32 + Self.slack { rebuild() }
    }

    /// The oldest first.
    func oldest(_ limit: Int) -> [RepositoryID] {
        var seen: Set<RepositoryID> = []
        // As many as there may be in vain, beside those that are wanted.
        return heap.earliest(limit, visits: limit + heapCount - since.count) { time, id in
            since[id] == time && seen.insert(id).inserted
        }
    }

    private mutating func rebuild() {
        heap = TimeHeap()
        for (id, time) in since { heap.insert(id, at: time) }
    }
}
