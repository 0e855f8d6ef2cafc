import GRDB
public import HelioNode

/// What receivers are told, from the moment at which it is certain until they have taken it.
extension Store {
    // MARK: Announcements

    /// What was last announced of a repository; nil when there is no record, and then what it holds first counts as announced.
    public func announcement(of repository: RepositoryID) throws(StoreError) -> Announcement? {
        try write { db in try OutboxRows.announcement(of: repository.value, in: db) }
    }

    /// Takes what every copy without a record holds as announced: a first start, or a new disk.
    public func adoptUnrecorded() throws(StoreError) {
        try write { db in
            try db.execute(
                sql: """
                    INSERT INTO announcement (repository_id, number, content_hash)
                    SELECT id, 0, content_hash FROM repository
                    WHERE has_copy = 1 AND content_hash IS NOT NULL AND id NOT IN (SELECT repository_id FROM announcement)
                    """)
        }
    }

    /// Copies that hold something else than was announced, while no change of theirs is outstanding.
    public nonisolated func unannounced() async throws(StoreError) -> [UnannouncedContent] {
        try await reader.read { db in
            let sql = """
                SELECT repository.id, repository.content_hash, announcement.number, announcement.content_hash
                FROM repository JOIN announcement ON repository_id = repository.id
                WHERE has_copy = 1 AND repository.content_hash IS NOT NULL AND repository.content_hash IS NOT announcement.content_hash
                ORDER BY repository.id
                """
            return try Row.fetchAll(db, sql: sql).map { row in
                UnannouncedContent(
                    repository: RepositoryID(try row.required(0)), content: try Columns.hash(row[1]),
                    last: Announcement(number: try row.required(2), content: try (row[3] as Bytes?).map { try Columns.hash($0) }))
            }
        }
    }

    /// - Parameter tellsFirst: whether what is held without any record is to be told, too; else it counts as announced.
    /// - Returns: nil when a copy of that content has been announced, or counts as announced.
    public nonisolated func unannounced(
        _ repository: RepositoryID, holding content: MirrorHash, tellsFirst: Bool = false
    ) async throws(StoreError) -> UnannouncedContent? {
        let known = try await reader.read { db in try OutboxRows.announcement(of: repository.value, in: db) }
        let record = known ?? (tellsFirst ? Announcement(number: 0, content: nil) : nil)
        guard let last = record, last.content != content else { return nil }
        return UnannouncedContent(repository: repository, content: content, last: last)
    }

    /// Announces what a copy holds without a change of its own; nil as the event says that nobody need be told.
    public func announce(
        _ repository: RepositoryID, content: MirrorHash, event: OutboxEvent?, at time: WallTime
    ) throws(StoreError) {
        try write { db in
            if let event { try OutboxRows.insert(event, change: nil, at: time, in: db) }
            try HeldRows.forget(repository.value, in: db)
            try OutboxRows.announced(repository.value, number: event?.number, content: content, in: db)
        }
    }

    /// Events that no change of refs brings, in one transaction.
    public func post(_ events: [OutboxEvent], at time: WallTime) throws(StoreError) {
        guard !events.isEmpty else { return }
        try write { db in
            for event in events { try OutboxRows.insert(event, change: nil, at: time, in: db) }
        }
    }

    // MARK: Delivering

    /// The oldest pending delivery of each repository, by repository.
    ///
    /// - Parameters:
    ///   - after: begins with the repository after this one; nil with the first.
    ///   - limit: repositories.
    public func heads(of endpoint: String, after: RepositoryID? = nil, limit: Int) throws(StoreError) -> [DeliveryHead] {
        try write { db in try OutboxRows.heads(of: endpoint, after: after?.value ?? -1, limit: limit, in: db) }
    }

    /// The next pending delivery of the same repository to the same endpoint.
    public func successor(of id: DeliveryID) throws(StoreError) -> DeliveryHead? {
        try write { db in try OutboxRows.successor(of: id.value, in: db) }
    }

    /// What is to be sent; nil when the delivery is gone, or does not wait any more: in a farm another node may have sent it.
    public func content(of id: DeliveryID) throws(StoreError) -> DeliveryContent? {
        try write { db in
            let sql = "SELECT webhook_id, key, body FROM delivery JOIN event ON event.id = event_id WHERE delivery.id = ? AND state = 'pending'"
            guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [id.value]) else { return nil }
            return DeliveryContent(
                webhookID: try row.required(0), key: try row.required(1), body: try row.required(2, as: Bytes.self).value)
        }
    }

    /// Notes what became of attempts, in one transaction.
    ///
    /// - Returns: for each that is over, the next one of its repository and endpoint, where there is one.
    public func note(_ results: [DeliveryResult], at time: WallTime) throws(StoreError) -> [DeliveryID: DeliveryHead] {
        try write { db in
            var next: [DeliveryID: DeliveryHead] = [:]
            for result in results {
                try OutboxRows.note(result, at: time, in: db)
                switch result.outcome {
                case .delivered, .dead: next[result.id] = try OutboxRows.successor(of: result.id.value, in: db)
                case .retry, .held: break
                }
            }
            return next
        }
    }

    // MARK: Endpoints that said they are gone

    /// The URLs of endpoints that answered 410, by name.
    public func closedEndpoints() throws(StoreError) -> [String: String] {
        try write { db in
            let rows = try Row.fetchAll(db, sql: "SELECT name, url FROM closed_endpoint")
            return try Dictionary(uniqueKeysWithValues: rows.map { (try $0.required(0), try $0.required(1, as: Text.self).value) })
        }
    }

    public func closeEndpoint(_ name: String, url: String, at time: WallTime) throws(StoreError) {
        try write { db in
            try db.execute(
                sql: "INSERT OR REPLACE INTO closed_endpoint (name, url, closed_at) VALUES (?, ?, ?)",
                arguments: [name, Text(url), time.millisecondsSince1970])
        }
    }

    public func reopenEndpoint(_ name: String) throws(StoreError) {
        try write { db in try db.execute(sql: "DELETE FROM closed_endpoint WHERE name = ?", arguments: [name]) }
    }
}
