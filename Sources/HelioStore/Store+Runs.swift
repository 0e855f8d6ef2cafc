import GRDB
public import HelioNode

extension Store {
    /// How many runs are kept: three weeks of one every three minutes. Older ones go when a new one opens.
    public static let keptRuns = 10_000

    /// - Parameter id: a UUID that no run had before.
    public func openRun(id: String, trigger: String, at time: WallTime) throws(StoreError) {
        try write { db in
            try db.cachedStatement(sql: "INSERT INTO run (id, trigger, opened_at) VALUES (?, ?, ?)")
                .execute(arguments: [id, trigger, time.millisecondsSince1970])
            try db.cachedStatement(sql: "DELETE FROM run WHERE number <= ? AND status IS NOT NULL")
                .execute(arguments: [db.lastInsertedRowID - Int64(Self.keptRuns)])
        }
    }

    /// Discovery is done: `planned` repositories are to be synchronised.
    ///
    /// - Throws: `.unknownRun` when no such run is open.
    public func planRun(id: String, planned: Int) throws(StoreError) {
        try write { db in
            try db.cachedStatement(sql: "UPDATE run SET planned = ? WHERE id = ? AND status IS NULL")
                .execute(arguments: [planned, id])
            guard db.changesCount == 1 else { throw StoreError.unknownRun(id) }
        }
    }

    /// Closes a run once: a second call changes nothing.
    ///
    /// - Returns: whether this call closed it.
    /// - Throws: `.unknownRun` when there never was such a run.
    @discardableResult
    public func closeRun(
        id: String, status: StoredRun.Status, reason: String? = nil, counts: StoredRun.Counts, seconds: Double, at time: WallTime
    ) throws(StoreError) -> Bool {
        try write { db in
            try db.cachedStatement(sql: RunRows.close).execute(arguments: [
                status.rawValue, reason, counts.succeeded, counts.failed, counts.cancelled, counts.skipped, seconds,
                time.millisecondsSince1970, id,
            ])
            if db.changesCount == 1 { return true }
            let exists = try Bool.fetchOne(db, sql: "SELECT 1 FROM run WHERE id = ?", arguments: [id]) ?? false
            guard exists else { throw StoreError.unknownRun(id) }
            return false
        }
    }

    /// At start: runs that a crash left open are closed as `cancel`, reason `orphaned`.
    ///
    /// - Returns: their ids, oldest first.
    public func closeOrphanedRuns(at time: WallTime) throws(StoreError) -> [String] {
        try write { db in
            let ids = try String.fetchAll(db, sql: "SELECT id FROM run WHERE status IS NULL ORDER BY number")
            let now = time.millisecondsSince1970
            try db.cachedStatement(sql: RunRows.orphan).execute(arguments: [now, now])
            return ids
        }
    }

    /// The latest runs, newest first.
    public nonisolated func runs(limit: Int) async throws(StoreError) -> [StoredRun] {
        try await reader.read { db in
            let rows = try Row.fetchCursor(
                db, sql: RunRows.select + " ORDER BY number DESC LIMIT ?", arguments: [max(0, limit)])
            var runs: [StoredRun] = []
            while let row = try rows.next() { runs.append(try RunRows.run(row)) }
            return runs
        }
    }

    /// nil when there is no such run, or it is older than the `keptRuns` latest.
    public nonisolated func run(id: String) async throws(StoreError) -> StoredRun? {
        try await reader.read { db in
            let rows = try Row.fetchCursor(db, sql: RunRows.select + " WHERE id = ?", arguments: [id])
            return try rows.next().map(RunRows.run)
        }
    }
}
