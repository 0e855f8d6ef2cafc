/// Since when each repository of a kind is outstanding, and which is the oldest, without a walk through all of them.
struct AgeIndex: Sendable {
    private var since: [RepositoryID: MonotonicTime] = [:]
    /// May hold what is no longer true; `set` keeps its top honest.
    private var heap = TimeHeap<RepositoryID>()

    var isEmpty: Bool { since.isEmpty }
    var oldest: MonotonicTime? { heap.earliest?.time }

    mutating func set(_ id: RepositoryID, _ time: MonotonicTime?) {
        guard since[id] != time else { return }
        since[id] = time
        if let time { heap.insert(id, at: time) }
        while let top = heap.earliest, since[top.element] != top.time { heap.popEarliest() }
    }
}
