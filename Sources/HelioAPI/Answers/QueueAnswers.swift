import HelioJSON
import HelioNode

/// One element of `refChangesQueue`.
struct QueuedChange: JSONValue {
    let attempt: Int
    let createdAt: WallTime
    let repository: RepositoryID
    let kind: SyncKind

    init(_ request: SyncRequest, hasCopy: Bool) {
        attempt = request.failedAttempts + 1
        createdAt = request.createdAt.wall
        repository = request.repository
        kind = hasCopy && !request.rebuild ? .incremental : .snapshot
    }

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("attempt", attempt)
            json.field("createdAt", CivilTime(createdAt, .milliseconds))
            json.field("externalRepoId", String(repository.value))
            json.field("type", kind == .incremental ? "INCREMENTAL" : "SNAPSHOT")
        }
    }

    /// What is under way, then what waits; the snapshot holds only the first of a long queue.
    static func all(_ snapshot: NodeSnapshot) -> [QueuedChange] {
        snapshot.queue.running.map { QueuedChange($0.request, hasCopy: $0.hasCopy) }
            + snapshot.queue.waiting.map { QueuedChange($0, hasCopy: snapshot.catalogue[$0.repository]?.hasCopy ?? false) }
    }
}
