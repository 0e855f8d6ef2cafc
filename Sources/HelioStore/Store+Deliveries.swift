import GRDB
public import HelioNode

/// The outbox as people see it.
extension Store {
    /// Newest first; writes go on meanwhile.
    ///
    /// - Parameters:
    ///   - state: nil for all.
    ///   - before: older than this one; nil begins with the newest.
    public nonisolated func deliveries(
        _ state: DeliveryState?, before: DeliveryID? = nil, limit: Int
    ) async throws(StoreError) -> [StoredDelivery] {
        try await reader.read { db in
            let condition = state == nil ? "state <> 'prepared'" : "state = '\(state?.rawValue ?? "")'"
            let sql = OutboxRows.listing + " WHERE \(condition) AND delivery.id < ? ORDER BY delivery.id DESC LIMIT ?"
            return try Row.fetchAll(db, sql: sql, arguments: [before?.value ?? .max, limit]).map(OutboxRows.stored)
        }
    }

    /// Counted in the database.
    ///
    /// - Parameter endpoints: whose waiting deliveries count; the dead ones of all do.
    public nonisolated func outboxCounts(of endpoints: [String]) async throws(StoreError) -> OutboxCounts {
        // Of nobody there is nothing to be found by an index.
        let index = endpoints.isEmpty ? "" : "INDEXED BY delivery_pending"
        return try await reader.read { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    WITH waiting AS (
                        SELECT count(*) AS number, min(id) AS first FROM delivery \(index)
                        WHERE state = 'pending' AND endpoint IN (\(databaseQuestionMarks(count: endpoints.count))))
                    SELECT number, (SELECT count(*) FROM delivery WHERE state = 'dead'),
                        (SELECT created_at FROM delivery JOIN event ON event.id = event_id WHERE delivery.id = first)
                    FROM waiting
                    """, arguments: StatementArguments(endpoints))
            return OutboxCounts(pending: row?[0] ?? 0, dead: row?[1] ?? 0, oldest: Columns.time(row?[2]))
        }
    }

    /// Lets a delivery go again from the beginning, with the same body and id.
    ///
    /// - Parameter endpoints: to one of which it must go; what is for another would wait for nobody.
    /// - Returns: its endpoint and repository; nil when there is no such delivery, or it waits anyway.
    public func redeliver(_ id: DeliveryID, toOneOf endpoints: [String]) throws(StoreError) -> (endpoint: String, repository: RepositoryID?)? {
        try write { db in
            let row = try Row.fetchOne(
                db,
                sql: """
                    UPDATE delivery SET state = 'pending', attempts = 0, refusals = 0, delay = NULL, status = NULL, error = NULL
                    WHERE id = ? AND state IN ('dead', 'delivered') AND endpoint IN (\(databaseQuestionMarks(count: endpoints.count)))
                    RETURNING endpoint, repository_id, event_id
                    """, arguments: [id.value] + StatementArguments(endpoints))
            guard let row else { return nil }
            try OutboxRows.makeOwn(delivery: id.value, of: try row.required(2), in: db)
            let repository: Int64 = try row.required(1)
            return (try row.required(0), repository == 0 ? nil : RepositoryID(repository))
        }
    }

    /// Removes what is over and was last tried before `time`.
    ///
    /// - Parameter limit: rows in this transaction, so that nobody waits long for it.
    /// - Returns: how many went; fewer than `limit` when nothing more is to go.
    public func pruneDeliveries(before time: WallTime, limit: Int) throws(StoreError) -> Int {
        try write { db in
            let old = try Row.fetchAll(
                db,
                sql: """
                    SELECT id, event_id FROM delivery INDEXED BY delivery_over
                    WHERE state IN ('delivered', 'dead') AND attempted_at < ? ORDER BY attempted_at LIMIT ?
                    """, arguments: [time.millisecondsSince1970, limit])
            for row in old { try Self.remove(delivery: try row.required(0), event: try row.required(1), in: db) }
            return old.count
        }
    }

    /// Removes what has waited since before `time` for endpoints that are not among these.
    ///
    /// - Parameters:
    ///   - endpoints: as they are configured now, asked for twice.
    ///   - limit: as above.
    public func pruneDeliveries(
        ofOthersThan endpoints: @Sendable () -> [String], before time: WallTime, limit: Int
    ) async throws(StoreError) -> Int {
        // Looked for beside the writer: there may be many that are younger.
        let names = endpoints()
        let old = try await reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT delivery.id, event_id FROM delivery JOIN event ON event.id = event_id
                    WHERE state = 'pending' AND endpoint NOT IN (\(databaseQuestionMarks(count: names.count))) AND created_at < ?
                    LIMIT ?
                    """, arguments: StatementArguments(names) + [time.millisecondsSince1970, limit]
            ).map { (delivery: try $0.required(0) as Int64, event: try $0.required(1) as Int64) }
        }
        guard !old.isEmpty else { return 0 }
        try write { db in
            // Its endpoint may have come back meanwhile.
            let names = endpoints()
            let delete = try db.makeStatement(
                sql: "DELETE FROM delivery WHERE id = ? AND state = 'pending' AND endpoint NOT IN (\(databaseQuestionMarks(count: names.count)))")
            for row in old {
                try delete.execute(arguments: [row.delivery] + StatementArguments(names))
                try OutboxRows.removeIfOver(row.event, in: db)
            }
        }
        return old.count
    }

    /// Its sender may be there, and its receiver away for days, whatever is kept of what is over: if that node goes, nobody else has it.
    private static let standbyLife = Duration.seconds(7 * 24 * 3600)

    /// Removes what has stood by since before `time`, and for a week: the node that was to send it has not said that it did, and nobody
    /// wants it any more.
    ///
    /// - Parameters:
    ///   - now: by a clock that is trusted.
    ///   - limit: as above.
    public func pruneStandby(before time: WallTime, at now: WallTime, limit: Int) async throws(StoreError) -> Int {
        let week = now.millisecondsSince1970 - Self.standbyLife.wholeNanoseconds / 1_000_000
        let time = min(time.millisecondsSince1970, week)
        // As above.
        let old = try await reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT delivery.id, event_id FROM delivery JOIN event ON event.id = event_id
                    WHERE state = 'standby' AND created_at < ? LIMIT ?
                    """, arguments: [time, limit]
            ).map { (delivery: try $0.required(0) as Int64, event: try $0.required(1) as Int64) }
        }
        guard !old.isEmpty else { return 0 }
        try write { db in
            // This node may have begun to send it meanwhile.
            let standing = try db.cachedStatement(sql: "SELECT 1 FROM delivery WHERE id = ? AND state = 'standby'")
            for row in old {
                guard try Bool.fetchOne(standing, arguments: [row.delivery]) != nil else { continue }
                try Self.remove(delivery: row.delivery, event: row.event, in: db)
            }
        }
        return old.count
    }

    private static func remove(delivery: Int64, event: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM delivery WHERE id = ?").execute(arguments: [delivery])
        try OutboxRows.removeIfOver(event, in: db)
    }
}
