import HelioNode
import HelioStore

/// The operations under way, and what of them the store does not know yet. A value: whoever owns it brings the lock.
struct OperationTable: Sendable {
    private struct Entry: Sendable {
        weak let operation: Operation?
        let kind: OperationKind
        var isStored: Bool
    }

    /// What is to be written together.
    struct Changes: Sendable {
        var started: [StoredOperation] = []
        var ended: [String] = []
        var alive: [String] = []
        /// Whether somebody looked who is alive: there may be none.
        var isHeartbeat = false

        var isEmpty: Bool { started.isEmpty && ended.isEmpty && alive.isEmpty }
    }

    private var live: [String: Entry] = [:]
    private var changes = Changes()

    /// How many of each kind are under way.
    var running: [OperationKind: Int] { live.values.reduce(into: [:]) { $0[$1.kind, default: 0] += 1 } }

    mutating func began(_ operation: Operation) {
        live[operation.id] = Entry(operation: operation, kind: operation.kind, isStored: false)
    }

    /// An operation that ends before it was written down leaves no trace in the store.
    mutating func ended(_ id: String) {
        if live.removeValue(forKey: id)?.isStored == true { changes.ended.append(id) }
    }

    /// Closed by a sweep, which has taken it out of the store already.
    /// - Returns: the operation, where somebody holds it after all.
    mutating func swept(_ id: String) -> Operation? { live.removeValue(forKey: id)?.operation }

    /// Every operation that somebody holds is vouched for.
    mutating func beat() {
        changes.alive = live.compactMap { $1.isStored && $1.operation != nil ? $0 : nil }
        changes.isHeartbeat = true
    }

    /// Those that somebody holds.
    var held: [Operation] { live.values.compactMap(\.operation) }

    mutating func take() -> Changes {
        for (id, entry) in live where !entry.isStored {
            guard let operation = entry.operation else {
                // Dropped before anybody wrote it down: there is no row that a sweep could find.
                live[id] = nil
                continue
            }
            live[id]?.isStored = true
            changes.started.append(StoredOperation(operation))
        }
        defer { changes = Changes() }
        return changes
    }

    /// It could not be written: it is tried again with what comes next.
    mutating func putBack(_ unwritten: Changes) {
        for one in unwritten.started { live[one.id]?.isStored = false }
        let neverStored = Set(unwritten.started.map(\.id))
        changes.ended = (unwritten.ended + changes.ended).filter { !neverStored.contains($0) }
        if unwritten.isHeartbeat { beat() }
    }
}

extension StoredOperation {
    init(_ operation: Operation) {
        self.init(
            id: operation.id, kind: operation.kind.rawValue, repository: operation.repository?.path,
            run: operation.run?.description, startedAt: operation.startedAt.wall)
    }
}
