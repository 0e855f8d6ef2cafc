import GRDB
public import HelioNode

extension Store {
    /// How many runs are kept: three weeks of one every three minutes. Older ones go when a new one opens.
    public static let keptRuns = 10_000

    /// - Parameters:
    ///   - id: a UUID that no run had before.
    ///   - scope: `all` for a full synchronisation.
    public func openRun(id: String, trigger: String, scope: String, at time: WallTime) throws(StoreError) {
        try write { db in
            try db.cachedStatement(sql: "INSERT INTO run (id, trigger, scope, opened_at) VALUES (?, ?, ?, ?)")
                .execute(arguments: [id, trigger, scope, time.millisecondsSince1970])
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

    /// How far open runs have come, in one transaction, so that a crash does not lose it. A closed one stays as it is.
    public func progressRuns(_ runs: [Progress]) throws(StoreError) {
        guard !runs.isEmpty else { return }
        try write { db in
            let update = try db.cachedStatement(sql: RunRows.progress)
            for run in runs {
                let counts = run.counts
                try update.execute(arguments: [
                    counts.succeeded, counts.failed, counts.cancelled, counts.skipped, run.seconds, run.id,
                ])
            }
        }
    }

    /// How far a run has come.
    public struct Progress: Sendable {
        public let id: String
        public let counts: StoredRun.Counts
        /// Since its claim, by the monotonic clock.
        public let seconds: Double

        public init(id: String, counts: StoredRun.Counts, seconds: Double) {
            self.id = id
            self.counts = counts
            self.seconds = seconds
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

    /// At start: runs that a crash left open are closed as `cancel`, reason `orphaned`. One that was opened since the store was goes on.
    ///
    /// - Returns: each with what it had come to when it was last seen alive, oldest first.
    public func closeOrphanedRuns(at time: WallTime) throws(StoreError) -> [OrphanedRun] {
        try write { db in
            let sql = RunRows.select + " WHERE status IS NULL AND number <= ? ORDER BY number"
            let open = try Row.fetchAll(db, sql: sql, arguments: [lastFormerRun]).map(RunRows.run)
            try db.cachedStatement(sql: RunRows.orphan).execute(arguments: [time.millisecondsSince1970, lastFormerRun])
            return try open.map { run in
                let rows = try Row.fetchCursor(db, sql: RunRows.select + " WHERE id = ?", arguments: [run.id])
                guard let row = try rows.next() else { throw StoreError.unknownRun(run.id) }
                let closed = try RunRows.run(row)
                return OrphanedRun(run: closed, lostRepositories: closed.counts.cancelled - run.counts.cancelled)
            }
        }
    }

    /// When the last full synchronisation that succeeded ended; nil when none of those that are kept did.
    public func lastSuccess() throws(StoreError) -> WallTime? {
        try write { db in
            let sql = "SELECT closed_at FROM run WHERE status = 'success' AND scope = 'all' ORDER BY number DESC LIMIT 1"
            return Columns.time(try Int64.fetchOne(db, sql: sql))
        }
    }

    /// The latest runs of those that were there when the store was opened, newest first.
    public nonisolated func formerRuns(limit: Int) async throws(StoreError) -> [StoredRun] {
        try await reader.read { [lastFormerRun] db in
            let rows = try Row.fetchCursor(
                db, sql: RunRows.select + " WHERE number <= ? ORDER BY number DESC LIMIT ?", arguments: [lastFormerRun, max(0, limit)])
            var runs: [StoredRun] = []
            while let row = try rows.next() { runs.append(try RunRows.run(row)) }
            return runs
        }
    }
}
