import GRDB
public import HelioNode

extension Store {
    /// How long the ledger of deletions is kept. Longer than the guard looks back, so that a clock that was ahead for a while
    /// does not empty it.
    private static let keptDeletions: Int64 = 30 * 24 * 3600 * 1000

    /// Whether this node was SYNCHRONIZED when it last stopped or crashed.
    public var wasSynchronized: Bool {
        get throws(StoreError) {
            try write { try Bool.fetchOne($0, sql: "SELECT was_synchronized FROM node") ?? false }
        }
    }

    public func setSynchronized(_ synchronized: Bool) throws(StoreError) {
        try write { db in
            try db.cachedStatement(sql: "UPDATE node SET was_synchronized = ?").execute(arguments: [synchronized])
        }
    }

    /// Why the node is to be drained when it is started again; nil when it is not.
    public nonisolated var drainReason: String? {
        get async throws(StoreError) { try await reader.read { try String.fetchOne($0, sql: "SELECT drain_reason FROM node") } }
    }

    public func setDrainReason(_ reason: String?) throws(StoreError) {
        try write { db in
            try db.cachedStatement(sql: "UPDATE node SET drain_reason = ?").execute(arguments: [reason])
        }
    }

    /// Notes that `count` repositories were deleted, for the purge guard, which adds up deletions over a day.
    public func recordDeletions(_ count: Int, at time: WallTime) throws(StoreError) {
        guard count > 0 else { return }
        let now = time.millisecondsSince1970
        try write { db in
            try db.cachedStatement(sql: "INSERT INTO deletion (at, count) VALUES (?, ?)").execute(arguments: [now, count])
            try db.cachedStatement(sql: "DELETE FROM deletion WHERE at < ?").execute(arguments: [now - Self.keptDeletions])
        }
    }

    /// The deletions after `time`, oldest first, with those that a clock set back since puts into the future.
    public func deletions(since time: WallTime) throws(StoreError) -> [Deletions] {
        try write { db in
            let sql = "SELECT at, count FROM deletion WHERE at > ? ORDER BY at"
            return try Row.fetchAll(db, sql: sql, arguments: [time.millisecondsSince1970]).map { row in
                Deletions(at: WallTime(millisecondsSince1970: row[0]), count: row[1])
            }
        }
    }

    /// How many repositories were deleted together.
    public struct Deletions: Hashable, Sendable {
        public let at: WallTime
        public let count: Int
    }
}
