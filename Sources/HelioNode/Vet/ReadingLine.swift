/// Repositories that are to be read from disk, handed out in batches, a few at once, with the time at which each was handed out: a
/// reading that began before a change says nothing about what is there after it.
struct ReadingLine: Sendable {
    static let batchSize = 64
    static let batchesAtOnce = 2

    private var remaining: ArraySlice<RepositoryID>
    private var reading: [RepositoryID: MonotonicTime] = [:]
    private var batches = 0

    init(_ repositories: [RepositoryID] = []) { remaining = repositories[...] }

    var isDone: Bool { remaining.isEmpty && reading.isEmpty }

    mutating func append(_ repositories: [RepositoryID]) { remaining += repositories }

    /// The next repositories to read; empty while enough are under way.
    mutating func nextBatch(at now: MonotonicTime) -> [RepositoryID] {
        guard batches < Self.batchesAtOnce, !remaining.isEmpty else { return [] }
        let batch = Array(remaining.prefix(Self.batchSize))
        remaining = remaining.dropFirst(Self.batchSize)
        for id in batch { reading[id] = now }
        batches += 1
        return batch
    }

    mutating func batchEnded() { batches -= 1 }

    /// - Returns: when the reading began; nil when nobody waits for it.
    mutating func ended(_ id: RepositoryID) -> MonotonicTime? { reading.removeValue(forKey: id) }
}
