import GRDB
public import HelioNode

/// Events that another node sends, or that this one may not send yet.
extension Store {
    /// What waits of a repository may be sent by this node.
    /// - Returns: the endpoints that it goes to.
    public func release(_ repository: RepositoryID) throws(StoreError) -> [String] { try release("1", of: repository, []) }

    /// What one member was to send of a repository is sent by this node.
    /// - Returns: as above.
    public func takeOver(_ claim: Claim) throws(StoreError) -> [String] {
        try release("sender = ?", of: claim.repository, [claim.sender.text])
    }

    private func release(_ condition: String, of repository: RepositoryID, _ senders: [String]) throws(StoreError) -> [String] {
        try write { db in
            let update = """
                UPDATE delivery SET state = 'pending'
                WHERE state = 'standby' AND repository_id = ?
                    AND EXISTS (SELECT 1 FROM event WHERE event.id = event_id AND \(condition))
                RETURNING endpoint
                """
            let endpoints = try String.fetchAll(db, sql: update, arguments: [repository.value] + StatementArguments(senders))
            return Set(endpoints).sorted()
        }
    }

    /// A node that was in a farm and is by itself now sends what is left, whoever was to send it. Nobody is to know of it any more.
    public func releaseAll() throws(StoreError) {
        try write { db in
            try db.execute(sql: "UPDATE delivery SET state = 'pending' WHERE state = 'standby'")
            let update = "UPDATE event SET published = 1 WHERE published = 0 RETURNING id"
            for event in try Int64.fetchAll(db, sql: update) { try OutboxRows.removeIfOver(event, in: db) }
        }
    }

    /// What this node was to send when it stopped stands by until the farm is known: others may have sent it meanwhile.
    public func holdBack() throws(StoreError) {
        try write { db in
            try db.execute(
                sql: """
                    UPDATE delivery SET state = 'standby'
                    WHERE state = 'pending' AND event_id IN (SELECT id FROM event WHERE sender IS NOT NULL)
                    """)
        }
    }

    /// What was announced while the coordinator could not be asked, oldest first; a part of it when it is much.
    public nonisolated func unpublished() async throws(StoreError) -> [FarmAnnouncement] {
        try await reader.read { db in
            let sql = """
                SELECT repository_id, number, content_hash, sender, webhook_id, body, changes FROM event
                WHERE published = 0 AND number IS NOT NULL ORDER BY id LIMIT 50
                """
            return try Row.fetchAll(db, sql: sql).map { row in
                let sender: String = try row.required(3)
                guard let sender = MemberID(sender) else { throw StoreError.corrupt("a sender") }
                return FarmAnnouncement(
                    repository: RepositoryID(try row.required(0)), number: try row.required(1), content: try Columns.hash(row[2]),
                    sender: sender, webhookID: try row.required(4), body: try row.required(5, as: Bytes.self).value,
                    changes: FarmAnnouncement.told((row[6] as Bytes?)?.value))
            }
        }
    }

    /// The last announcement of each of these repositories that was ever announced, as the coordinator is to have it. What it has not been
    /// told yet of a repository it has to take first, under the number that it has here.
    public nonisolated func lastAnnouncements(of repositories: Set<RepositoryID>) async throws(StoreError) -> [LastAnnouncement] {
        try await reader.read { db in
            // Once, and not for each: after an outage both are many.
            let unpublished = try Set(Int64.fetchAll(db, sql: "SELECT repository_id FROM event WHERE published = 0"))
            let select = try db.cachedStatement(
                sql: """
                    SELECT announcement.number, announcement.content_hash, coalesce(
                        (SELECT sender FROM delivery INDEXED BY delivery_standby JOIN event ON event.id = event_id
                        WHERE state = 'standby' AND delivery.repository_id = ?1 AND event.number = announcement.number),
                        (SELECT sender FROM delivery INDEXED BY delivery_pending JOIN event ON event.id = event_id
                        WHERE state = 'pending' AND endpoint IN (SELECT value FROM json_each(?2)) AND delivery.repository_id = ?1
                            AND event.number = announcement.number AND sender IS NOT NULL))
                    FROM announcement WHERE announcement.repository_id = ?1 AND announcement.number > 0
                    """)
            let endpoints = try Self.waitingEndpoints(db)
            var last: [LastAnnouncement] = []
            for repository in repositories.sorted() where !unpublished.contains(repository.value) {
                guard let row = try Row.fetchOne(select, arguments: [repository.value, endpoints]) else { continue }
                last.append(
                    LastAnnouncement(
                        repository: repository, number: try row.required(0), content: try Columns.hash(row[1]),
                        sender: (row[2] as String?).flatMap { MemberID($0) }))
            }
            return last
        }
    }

    /// Those for which something waits to be sent, as a list in JSON: steps from one to the next through the index.
    private static func waitingEndpoints(_ db: Database) throws -> String {
        let sql = """
            WITH RECURSIVE step(endpoint) AS (
                SELECT min(endpoint) FROM delivery INDEXED BY delivery_pending WHERE state = 'pending'
                UNION ALL
                SELECT (SELECT min(endpoint) FROM delivery INDEXED BY delivery_pending WHERE state = 'pending' AND endpoint > step.endpoint)
                FROM step WHERE endpoint IS NOT NULL
            )
            SELECT json_group_array(endpoint) FROM step WHERE endpoint IS NOT NULL
            """
        return try String.fetchOne(db, sql: sql) ?? "[]"
    }

    public func setPublished(_ repository: RepositoryID, number: Int64) throws(StoreError) {
        try write { db in
            let update = "UPDATE event SET published = 1 WHERE published = 0 AND repository_id = ? AND number = ? RETURNING id"
            for event in try Int64.fetchAll(db, sql: update, arguments: [repository.value, number]) {
                try OutboxRows.removeIfOver(event, in: db)
            }
        }
    }

    /// Another node has delivered, or given up, an event, and before it all that it was to send itself. What others were to send before it
    /// that node may never have had. What this node has to tell on its own account is not the farm's.
    public func settleStandby(
        _ repository: RepositoryID, number: Int64, endpoint: String, by member: MemberID, at time: WallTime
    ) throws(StoreError) {
        try write { db in
            // One state at a time: each has an index of its own.
            for state in [DeliveryState.standby, .pending] {
                let update = try db.cachedStatement(
                    sql: """
                        UPDATE delivery SET state = 'delivered', attempted_at = ?1
                        WHERE state = '\(state.rawValue)' AND repository_id = ?2 AND endpoint = ?3
                            AND EXISTS (SELECT 1 FROM event WHERE event.id = event_id AND sender IS NOT NULL
                                AND (number = ?4 OR (number < ?4 AND sender = ?5)))
                        """)
                try update.execute(arguments: [time.millisecondsSince1970, repository.value, endpoint, number, member.text])
            }
        }
    }

    /// Events that stand by for a sender that is none of these, by repository and sender.
    public nonisolated func orphans(present: Set<MemberID>, at time: WallTime) async throws(StoreError) -> [Orphan] {
        let found = try await reader.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT delivery.repository_id, sender, min(created_at) FROM delivery JOIN event ON event.id = event_id
                    WHERE state = 'standby' AND sender IS NOT NULL GROUP BY 1, 2
                    """
            ).map { (try $0.required(0) as Int64, try $0.required(1) as String, try $0.required(2) as Int64) }
        }
        return found.compactMap { repository, sender, since in
            guard let sender = MemberID(sender), !present.contains(sender) else { return nil }
            let age = Duration.milliseconds(max(time.millisecondsSince1970 - since, 0))
            return Orphan(repository: RepositoryID(repository), sender: sender, age: age)
        }
    }

    /// What this node sends that others were to send, by repository and sender.
    public nonisolated func takenOver(by this: MemberID) async throws(StoreError) -> [Claim] {
        try await reader.read { db in
            let sql = """
                SELECT DISTINCT delivery.repository_id, sender FROM delivery JOIN event ON event.id = event_id
                WHERE state = 'pending' AND sender <> ? ORDER BY 1, 2
                """
            return try Row.fetchAll(db, sql: sql, arguments: [this.text]).compactMap { row in
                let (repository, sender): (Int64, String) = (try row.required(0), try row.required(1))
                return MemberID(sender).map { Claim(RepositoryID(repository), of: $0) }
            }
        }
    }

    /// The announcement that a delivery belongs to; nil for one that is none of the farm's.
    public func announced(by delivery: DeliveryID) throws(StoreError) -> (repository: RepositoryID, number: Int64)? {
        try write { db in
            let sql = """
                SELECT event.repository_id, number FROM delivery JOIN event ON event.id = event_id
                WHERE delivery.id = ? AND sender IS NOT NULL AND number IS NOT NULL
                """
            guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [delivery.value]) else { return nil }
            return (RepositoryID(try row.required(0)), try row.required(1))
        }
    }

    // MARK: Numbers that never go back

    /// Whether an order under this number may be obeyed: no higher one was ever seen, and it is none that cannot be right. The highest
    /// stands, over restarts.
    public func admit(_ fence: Int64, of lease: LeaseName, at time: WallTime) throws(StoreError) -> Bool {
        try write { db in
            let known = try Self.fence(lease, in: db)
            guard known ?? .min <= fence, FarmNumbers.isPlausible(fence: fence, after: known, at: time) else { return false }
            try db.execute(
                sql: "INSERT INTO fence (name, number) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET number = excluded.number",
                arguments: [lease.rawValue, fence])
            return true
        }
    }

    /// The highest number that was ever seen; nil before the first.
    public func fence(of lease: LeaseName) throws(StoreError) -> Int64? {
        try write { db in try Self.fence(lease, in: db) }
    }

    private static func fence(_ lease: LeaseName, in db: Database) throws -> Int64? {
        try Int64.fetchOne(db, sql: "SELECT number FROM fence WHERE name = ?", arguments: [lease.rawValue])
    }

    // MARK: How far this node has read

    /// Up to where the node has taken what the farm's nodes told each other; nil before it has read anything.
    public var farmCursor: String? {
        get throws(StoreError) { try write { try String.fetchOne($0, sql: "SELECT farm_cursor FROM node") } }
    }

    public func setFarmCursor(_ cursor: String) throws(StoreError) {
        try write { try $0.cachedStatement(sql: "UPDATE node SET farm_cursor = ?").execute(arguments: [cursor]) }
    }
}
