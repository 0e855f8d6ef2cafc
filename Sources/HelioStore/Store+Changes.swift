import GRDB
public import HelioNode

extension Store {
    /// Stores a change before any of its refs moves. A later change of the same repository does not replace it.
    ///
    /// - Parameters:
    ///   - event: what receivers will be told once the change is done, stored in the same transaction.
    ///   - held: what is to be held until the farm has it, by what was last announced: nothing can be announced between the two.
    ///   - baseline: read before the change was learned. What was announced since may be newer than it: it is not to be told then, once it
    ///     is done, before a synchronisation has looked again. nil for a node by itself.
    /// - Returns: when the change is on disk.
    /// - Throws: `.unstorableChange` for more than 512 MiB of refs or object ids of mixed formats.
    public func prepare(
        _ change: PreparedChange, event: OutboxEvent? = nil, held: ((ToldState) -> HeldDraft?)? = nil, since baseline: Baseline? = nil,
        at time: WallTime
    ) throws(StoreError) -> ChangeID {
        let bytes: [UInt8]
        do {
            bytes = try ChangeCodec.encode(change)
        } catch {
            throw .unstorableChange(error)
        }
        return try write { db in
            try db.cachedStatement(sql: "INSERT INTO prepared_change (repository_id, prepared_at, change) VALUES (?, ?, ?)")
                .execute(arguments: [change.repository.value, time.millisecondsSince1970, Bytes(bytes)])
            let id = db.lastInsertedRowID
            if let event { try OutboxRows.insert(event, change: id, at: time, in: db) }
            let repository = change.repository.value
            if let held, let draft = held(try Self.told(of: repository, in: db)) {
                let isBehind = try Self.isOvertaken(baseline, of: repository, in: db)
                try HeldRows.insert(draft, of: repository, change: id, isBehind: isBehind, at: time, in: db)
            }
            return ChangeID(id)
        }
    }

    /// The refs of the change and HEAD have moved. In the same transaction the repository's row says what the copy is now: its
    /// failures, quarantine and lag are over, and its default branch is what `head` names; and what was prepared to be told of the
    /// change may go out. What was announced since `prepare`, in this life or before a crash, has left its mark on the change.
    ///
    /// - Parameters:
    ///   - refs: how many the copy has now; nil when nobody has counted them.
    ///   - metadata: its new metadata hash when the default branch changed it; nil keeps the one there is.
    /// - Returns: what waits to be told of it once the farm has it, too; nil when nothing does, or not before another look.
    /// - Throws: `.unknownChange` when the change is not outstanding; nothing is changed then.
    @discardableResult
    public func complete(
        _ id: ChangeID, content: MirrorHash, head: Head, refs: Int? = nil, metadata: MirrorHash? = nil, at time: WallTime
    ) throws(StoreError) -> HeldID? {
        try write { db in
            let repository = try Self.remove(id, from: db)
            try CopyRows.complete(repository, content: content, head: head, refs: refs, metadata: metadata, at: time, in: db)
            if let held = try HeldRows.release(change: id.value, of: repository, content: content, in: db) {
                return held.isBehind ? nil : held.id
            }
            // A node by itself, which tells it whatever it held as a farm's member.
            if try OutboxRows.hasEvent(change: id.value, in: db) { try HeldRows.forgetWaiting(of: repository, in: db) }
            // Without anything held, what the copy holds now counts as told.
            if try HeldRows.all(of: repository, in: db).isEmpty {
                try OutboxRows.release(change: id.value, of: repository, content: content, in: db)
            }
            return nil
        }
    }

    /// No ref of the change has moved, or all have been moved back.
    ///
    /// - Throws: `.unknownChange` when the change is not outstanding.
    public func abandon(_ id: ChangeID) throws(StoreError) {
        try write { db in
            _ = try Self.remove(id, from: db)
            try OutboxRows.withdraw(change: id.value, in: db)
            try HeldRows.withdraw(change: id.value, in: db)
        }
    }

    /// What a crash left, oldest first.
    public nonisolated func outstandingChanges() async throws(StoreError) -> [OutstandingChange] {
        try await reader.read { db in
            let rows = try Row.fetchCursor(
                db, sql: "SELECT id, repository_id, prepared_at, change FROM prepared_change ORDER BY id")
            var changes: [OutstandingChange] = []
            while let row = try rows.next() { changes.append(try Self.outstanding(row)) }
            return changes
        }
    }

    private static func outstanding(_ row: Row) throws -> OutstandingChange {
        let repository = RepositoryID(try row.required(1))
        let bytes: Bytes = try row.required(3)
        return OutstandingChange(
            id: ChangeID(try row.required(0)), repository: repository,
            preparedAt: WallTime(millisecondsSince1970: try row.required(2)),
            // One damaged change must not keep the node from starting: its repository is compared with the upstream anyway.
            change: try? ChangeCodec.decode(bytes.value, repository: repository))
    }

    /// - Returns: the id of its repository.
    private static func remove(_ id: ChangeID, from db: Database) throws -> Int64 {
        let select = try db.cachedStatement(sql: "SELECT repository_id FROM prepared_change WHERE id = ?")
        guard let repository = try Int64.fetchOne(select, arguments: [id.value]) else { throw StoreError.unknownChange(id) }
        try db.cachedStatement(sql: "DELETE FROM prepared_change WHERE id = ?").execute(arguments: [id.value])
        return repository
    }
}
