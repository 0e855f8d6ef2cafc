import GRDB
import HelioNode

/// SQL about events and who is to get them.
enum OutboxRows {
    // MARK: Events

    /// - Parameters:
    ///   - change: its deliveries wait until this one is done; nil lets them go at once.
    ///   - agreed: what the farm has settled; its deliveries stand by, and where there are none, nothing is kept once the farm has it. nil
    ///     for a node by itself.
    static func insert(
        _ event: OutboxEvent, change: Int64?, agreed: AgreedAnnouncement? = nil, at time: WallTime, in db: Database
    ) throws {
        if let agreed, agreed.isPublished, event.endpoints.isEmpty { return }
        try db.cachedStatement(
            sql: """
                INSERT INTO event
                    (webhook_id, key, repository_id, number, change_id, created_at, body, sender, published, content_hash, changes)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            event.webhookID, event.key, event.repository?.value ?? 0, event.number, change, time.millisecondsSince1970, Bytes(event.body),
            agreed?.sender.text, agreed?.isPublished ?? true, agreed.flatMap { Columns.hash($0.content) },
            agreed?.changes.map { Bytes(RefChangesCodec.encode($0)) },
        ])
        let id = db.lastInsertedRowID
        let delivery = try db.cachedStatement(
            sql: "INSERT INTO delivery (event_id, endpoint, repository_id, state) VALUES (?, ?, ?, ?)")
        let state: DeliveryState = agreed != nil ? .standby : change == nil ? .pending : .prepared
        for endpoint in event.endpoints {
            try delivery.execute(arguments: [id, endpoint, event.repository?.value ?? 0, state.rawValue])
        }
    }

    static func hasEvent(change: Int64, in db: Database) throws -> Bool {
        let select = try db.cachedStatement(sql: "SELECT 1 FROM event WHERE change_id = ?")
        return try Int64.fetchOne(select, arguments: [change]) != nil
    }

    /// The change is done: what it prepared may go, and its content counts as announced.
    static func release(change: Int64, of repository: Int64, content: MirrorHash, in db: Database) throws {
        let event = try Row.fetchOne(
            db.cachedStatement(sql: "SELECT id, number FROM event WHERE change_id = ?"), arguments: [change])
        let number: Int64? = event?[1]
        try announced(repository, number: number, content: content, in: db)
        guard let event else { return }
        let id: Int64 = try event.required(0)
        try db.cachedStatement(sql: "UPDATE delivery SET state = 'pending' WHERE event_id = ?").execute(arguments: [id])
        try db.cachedStatement(sql: "UPDATE event SET change_id = NULL WHERE id = ?").execute(arguments: [id])
    }

    static func announced(_ repository: Int64, number: Int64?, content: MirrorHash, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO announcement (repository_id, number, content_hash) VALUES (?1, coalesce(?2, 0), ?3)
                ON CONFLICT (repository_id) DO UPDATE SET number = coalesce(?2, number), content_hash = excluded.content_hash
                """
        ).execute(arguments: [repository, number, Columns.hash(content)])
    }

    static func announcement(of repository: Int64, in db: Database) throws -> Announcement? {
        let select = try db.cachedStatement(sql: "SELECT number, content_hash FROM announcement WHERE repository_id = ?")
        guard let row = try Row.fetchOne(select, arguments: [repository]) else { return nil }
        return Announcement(number: try row.required(0), content: try (row[1] as Bytes?).map { try Columns.hash($0) })
    }

    /// No ref has moved: nobody is told.
    static func withdraw(change: Int64, in db: Database) throws {
        try db.cachedStatement(
            sql: "DELETE FROM delivery WHERE event_id IN (SELECT id FROM event WHERE change_id = ?)"
        ).execute(arguments: [change])
        try db.cachedStatement(sql: "DELETE FROM event WHERE change_id = ?").execute(arguments: [change])
    }

    /// Nobody is to get it any more, and the farm knows of it.
    static func removeIfOver(_ event: Int64, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM event
                WHERE id = ?1 AND change_id IS NULL AND published <> 0 AND NOT EXISTS (SELECT 1 FROM delivery WHERE event_id = ?1)
                """
        ).execute(arguments: [event])
    }

    /// What somebody wants sent again is no event of the farm any more: what other nodes have sent does not settle it, nor does it stand
    /// by after a restart.
    static func makeOwn(delivery: Int64, of event: Int64, in db: Database) throws {
        let copy = try db.cachedStatement(
            sql: """
                INSERT INTO event (webhook_id, key, repository_id, number, created_at, body)
                SELECT webhook_id, key, repository_id, number, created_at, body FROM event WHERE id = ? AND sender IS NOT NULL
                RETURNING id
                """)
        guard let own = try Int64.fetchOne(copy, arguments: [event]) else { return }
        try db.cachedStatement(sql: "UPDATE delivery SET event_id = ? WHERE id = ?").execute(arguments: [own, delivery])
        try removeIfOver(event, in: db)
    }

    // MARK: Heads

    /// Steps from repository to repository through the index, so that a million pending deliveries of one repository cost one step.
    static func heads(of endpoint: String, after repository: Int64, limit: Int, in db: Database) throws -> [DeliveryHead] {
        let sql = """
            WITH RECURSIVE step(repository_id) AS (
                SELECT min(repository_id) FROM delivery INDEXED BY delivery_pending
                    WHERE state = 'pending' AND endpoint = ?1 AND repository_id > ?2
                UNION ALL
                SELECT (SELECT min(repository_id) FROM delivery INDEXED BY delivery_pending
                    WHERE state = 'pending' AND endpoint = ?1 AND repository_id > step.repository_id)
                FROM step WHERE repository_id IS NOT NULL
            )
            SELECT (SELECT min(id) FROM delivery INDEXED BY delivery_pending
                WHERE state = 'pending' AND endpoint = ?1 AND repository_id = step.repository_id)
            FROM step WHERE repository_id IS NOT NULL LIMIT ?3
            """
        let ids = try Int64.fetchAll(db, sql: sql, arguments: [endpoint, repository, limit])
        return try ids.compactMap { try head($0, in: db) }
    }

    /// - Parameter id: the next of its repository comes after it.
    static func successor(of id: Int64, in db: Database) throws -> DeliveryHead? {
        let sql = """
            SELECT next.id FROM delivery AS one JOIN delivery AS next INDEXED BY delivery_pending
                ON next.state = 'pending' AND next.endpoint = one.endpoint AND next.repository_id = one.repository_id AND next.id > one.id
            WHERE one.id = ? ORDER BY next.id LIMIT 1
            """
        guard let next = try Int64.fetchOne(db.cachedStatement(sql: sql), arguments: [id]) else { return nil }
        return try head(next, in: db)
    }

    private static func head(_ id: Int64, in db: Database) throws -> DeliveryHead? {
        let statement = try db.cachedStatement(
            sql: "SELECT id, repository_id, attempts, refusals, attempted_at, delay FROM delivery WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [id]) else { return nil }
        var retry: DeliveryHead.Retry?
        if let failedAt = Columns.time(row[4]), let delay: Int64 = row[5] {
            retry = DeliveryHead.Retry(failedAt: failedAt, delay: .milliseconds(delay))
        }
        return DeliveryHead(
            id: DeliveryID(try row.required(0)), repository: RepositoryID(try row.required(1)), attempts: try row.required(2),
            refusals: try row.required(3), retry: retry)
    }

    // MARK: Results

    static func note(_ result: DeliveryResult, at time: WallTime, in db: Database) throws {
        let (state, attempts, refusals, delay): (DeliveryState, Int?, Int?, Int64?)
        switch result.outcome {
        case .held: return try hold(result, in: db)
        case .delivered: (state, attempts, refusals, delay) = (.delivered, nil, nil, nil)
        case .retry(let after, let count, let refused):
            (state, attempts, refusals, delay) = (.pending, count, refused, after.wholeNanoseconds / 1_000_000)
        case .dead(let count): (state, attempts, refusals, delay) = (.dead, count, nil, nil)
        }
        try db.cachedStatement(
            sql: """
                UPDATE delivery SET state = ?, attempts = coalesce(?, attempts + 1), refusals = coalesce(?, refusals), attempted_at = ?,
                    delay = ?, status = ?, error = ?
                WHERE id = ? AND state = 'pending'
                """
        ).execute(arguments: [
            state.rawValue, attempts, refusals, time.millisecondsSince1970, delay, result.status, result.error.map(Text.init),
            result.id.value,
        ])
    }

    private static func hold(_ result: DeliveryResult, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE delivery SET status = ?, error = ? WHERE id = ? AND state = 'pending'")
            .execute(arguments: [result.status, result.error.map(Text.init), result.id.value])
    }

    // MARK: For people

    static let listing = """
        SELECT delivery.id, webhook_id, key, delivery.repository_id, endpoint, state, attempts, created_at, attempted_at, status, error
        FROM delivery JOIN event ON event.id = event_id
        """

    static func stored(_ row: Row) throws -> StoredDelivery {
        let state: String = try row.required(5)
        guard let state = DeliveryState(rawValue: state) else { throw StoreError.corrupt("an unknown state of a delivery") }
        let repository: Int64 = try row.required(3)
        return StoredDelivery(
            id: DeliveryID(try row.required(0)), webhookID: try row.required(1), key: try row.required(2),
            repository: repository == 0 ? nil : RepositoryID(repository), endpoint: try row.required(4), state: state,
            attempts: try row.required(6), createdAt: WallTime(millisecondsSince1970: try row.required(7)),
            attemptedAt: Columns.time(row[8]), status: row[9], error: (row[10] as Text?)?.value)
    }
}
