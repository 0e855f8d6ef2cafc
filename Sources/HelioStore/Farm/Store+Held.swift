import GRDB
public import HelioNode

/// Changes that wait until the farm has them.
extension Store {
    /// How a copy stands to what receivers were last told.
    public func told(of repository: RepositoryID) throws(StoreError) -> ToldState {
        try write { db in try Self.told(of: repository.value, in: db) }
    }

    static func told(of repository: Int64, in db: Database) throws -> ToldState {
        let last = try HeldRows.all(of: repository, in: db).last
        return ToldState(
            announcement: try OutboxRows.announcement(of: repository, in: db),
            difference: last.map { .init(changes: $0.draft.changes, isHeld: !$0.state.isBehind) })
    }

    /// All whose refs have moved, oldest first.
    public nonisolated func heldChanges() async throws(StoreError) -> [StoredHeldChange] {
        try await reader.read { db in
            let sql = """
                SELECT id, repository_id, content_hash, kind, changes FROM held_change
                WHERE change_id IS NULL AND is_behind = 0 ORDER BY id
                """
            return try Row.fetchAll(db, sql: sql).map { row in
                StoredHeldChange(
                    id: HeldID(try row.required(0)), repository: RepositoryID(try row.required(1)), draft: try HeldRows.draft(row, from: 2))
            }
        }
    }

    /// Copies of which only another look at the upstream can tell whether they are newer than what was announced.
    public nonisolated func behindRepositories() async throws(StoreError) -> [RepositoryID] {
        try await reader.read { db in
            let sql = "SELECT DISTINCT repository_id FROM held_change WHERE change_id IS NULL AND is_behind = 1 ORDER BY repository_id"
            return try Int64.fetchAll(db, sql: sql).map { RepositoryID($0) }
        }
    }

    /// - Returns: nil when it has been told, or its repository is gone.
    public func heldChange(_ id: HeldID) throws(StoreError) -> StoredHeldChange? {
        try write { db in
            let select = try db.cachedStatement(
                sql: "SELECT id, repository_id, content_hash, kind, changes FROM held_change WHERE id = ? AND change_id IS NULL")
            guard let row = try Row.fetchOne(select, arguments: [id.value]) else { return nil }
            return StoredHeldChange(id: id, repository: RepositoryID(try row.required(1)), draft: try HeldRows.draft(row, from: 2))
        }
    }

    /// What of a repository waits to be told.
    public func heldChanges(of repository: RepositoryID) throws(StoreError) -> Set<HeldID> {
        try write { db in Set(try HeldRows.waiting(of: repository.value, in: db)) }
    }

    /// What the copy came to hold with each of these changes, oldest first.
    public func heldContents(of repository: RepositoryID) throws(StoreError) -> [MirrorHash] {
        try write { db in
            try HeldRows.all(of: repository.value, in: db).filter { $0.state == .waiting }.map(\.draft.content)
        }
    }

    /// Nobody is to be told of a repository that is not mirrored any more.
    /// - Returns: what waits to be told of it nevertheless, because it is in the catalogue again.
    public func forgetHeldChanges(ofRemoved repository: RepositoryID) throws(StoreError) -> Set<HeldID> {
        try write { db in
            try HeldRows.forget(removed: repository.value, in: db)
            return Set(try HeldRows.waiting(of: repository.value, in: db))
        }
    }

    /// Nobody is to be told of a change, nor of those before it.
    /// - Returns: what still waits to be told of its repository.
    public func dismiss(_ held: StoredHeldChange, at time: WallTime) throws(StoreError) -> Set<HeldID> {
        try write { db in
            let repository = held.repository.value
            let copy = try Self.copy(of: repository, in: db)
            try HeldRows.rebase(
                    repository, onto: held.draft.content, of: held.id, by: held.draft.changes, copy: copy, at: time, in: db)
            try OutboxRows.announced(repository, number: nil, content: held.draft.content, in: db)
            return Set(try HeldRows.waiting(of: repository, in: db))
        }
    }

    /// Holds what a copy was found to have without a change of its own: nobody knows how it came to.
    ///
    /// - Parameter baseline: of the synchronisation that found it; nil at the start, before anything can be announced.
    /// - Returns: nil when something is held of it already, or when it has been announced since, or may be older than what was.
    @discardableResult
    public func hold(_ found: UnannouncedContent, since baseline: Baseline? = nil, at time: WallTime) throws(StoreError) -> HeldID? {
        try write { db in
            let id = found.repository.value
            guard try HeldRows.all(of: id, in: db).isEmpty, try OutboxRows.announcement(of: id, in: db)?.content != found.content else {
                return nil
            }
            let isBehind = try Self.isOvertaken(baseline, of: id, in: db)
            let draft = HeldDraft(kind: .snapshot, content: found.content, changes: nil)
            try HeldRows.insert(draft, of: id, change: nil, isBehind: isBehind, at: time, in: db)
            return isBehind ? nil : HeldID(db.lastInsertedRowID)
        }
    }

    /// Of what waits to be told of a repository the last change stays, which leads from what was announced, as each of them does.
    /// - Returns: what waits now.
    public func keepLastHeldChange(of repository: RepositoryID) throws(StoreError) -> Set<HeldID> {
        try write { db in
            let waiting = try HeldRows.waiting(of: repository.value, in: db)
            for held in waiting.dropLast() { try HeldRows.delete(held.value, in: db) }
            return Set(waiting.suffix(1))
        }
    }

    /// A node by itself holds nothing: what a farm's member has left is told by what the copies hold. A change whose refs have not moved
    /// keeps what it brings.
    public func forgetHeldChanges() throws(StoreError) {
        try write { db in try db.execute(sql: "DELETE FROM held_change WHERE change_id IS NULL") }
    }

    /// How a repository stands to what was announced, read before a synchronisation asks the upstream: what that brings is what was
    /// announced by then, or newer. What is announced later may be the newer one.
    public struct Baseline: Hashable, Sendable {
        /// Of the last announcement; zero before the first.
        fileprivate let number: Int64
        fileprivate let behind: Int64?
        /// What the last change that waits to be told has brought.
        fileprivate let held: MirrorHash?

        /// The copy is not what was announced, and may be older.
        public var isBehind: Bool { behind != nil }
    }

    public func baseline(of repository: RepositoryID) throws(StoreError) -> Baseline {
        try write { db in
            let rows = try HeldRows.all(of: repository.value, in: db)
            let number = try OutboxRows.announcement(of: repository.value, in: db)?.number ?? 0
            let behind = rows.last { $0.state == .behind }
            let waiting = rows.last { $0.state == .waiting }
            return Baseline(number: number, behind: behind?.id, held: waiting?.draft.content)
        }
    }

    /// Whether something has been announced since that the copy did not hold then.
    static func isOvertaken(_ baseline: Baseline?, of repository: Int64, in db: Database) throws -> Bool {
        guard let baseline, let last = try OutboxRows.announcement(of: repository, in: db) else { return false }
        // When such a thing is announced, nothing waits any more.
        guard last.number > baseline.number, try HeldRows.waiting(of: repository, in: db).isEmpty else { return false }
        // A single announcement may be of what waited last. Where there were more, one look too many does no harm.
        return last.number != baseline.number + 1 || last.content != baseline.held
    }

    /// A synchronisation that was begun after `baseline` was read has found the copy to be what the upstream has: so it is newer than
    /// what was announced, and is to be told.
    /// - Returns: what waits to be told now; nil when something else was announced meanwhile, or it differs in nothing that is told.
    public func confirm(_ baseline: Baseline, of repository: RepositoryID) throws(StoreError) -> HeldID? {
        try write { db in
            guard let row = try HeldRows.all(of: repository.value, in: db).last, row.id == baseline.behind else { return nil }
            guard row.draft.changes != [] else {
                // Else it would be looked at after every listing.
                try HeldRows.delete(row.id, in: db)
                try OutboxRows.announced(repository.value, number: nil, content: row.draft.content, in: db)
                return nil
            }
            try HeldRows.confirm(row.id, in: db)
            return HeldID(row.id)
        }
    }

    /// Takes what the farm has settled: the event stands by, and what is held is led on from it. An announcement that is known already, or
    /// older than what is known, changes nothing.
    ///
    /// - Parameter held: what this node has proposed, where it is that.
    /// - Returns: whether it was news, what still waits to be told of the repository, and whether only a synchronisation can tell which is
    ///   newer, the copy or what was announced.
    @discardableResult
    public func adopt(
        _ agreed: AgreedAnnouncement, proposed held: HeldID? = nil, at time: WallTime
    ) throws(StoreError) -> (isNew: Bool, remaining: [HeldID], isBehind: Bool) {
        try write { db in
            let repository = agreed.repository.value
            let known = try Self.number(of: repository, in: db)
            let isNew = known < agreed.number && FarmNumbers.isPlausible(announcement: agreed.number, after: known)
            if isNew {
                try OutboxRows.insert(agreed.event, change: nil, agreed: agreed, at: time, in: db)
                let step = known + 1 == agreed.number ? agreed.changes : nil
                try HeldRows.rebase(
                    repository, onto: agreed.content, of: held, by: step, copy: try Self.copy(of: repository, in: db), at: time, in: db)
                try OutboxRows.announced(repository, number: agreed.number, content: agreed.content, in: db)
            }
            let isBehind = try isNew && HeldRows.all(of: repository, in: db).last?.state.isBehind == true
            return (isNew, try HeldRows.waiting(of: repository, in: db), isBehind)
        }
    }

    private static func number(of repository: Int64, in db: Database) throws -> Int64 {
        let select = try db.cachedStatement(sql: "SELECT number FROM announcement WHERE repository_id = ?")
        return try Int64.fetchOne(select, arguments: [repository]) ?? -1
    }

    /// The farm's number of a repository's last announcement, where this node has missed the announcement itself and nothing is known of
    /// how it led there.
    ///
    /// - Returns: what still waits to be told, and whether only a synchronisation can tell which is newer.
    public func catchUp(
        _ repository: RepositoryID, number: Int64, content: MirrorHash, at time: WallTime
    ) throws(StoreError) -> (remaining: [HeldID], isBehind: Bool) {
        try write { db in
            let id = repository.value
            let known = try Self.number(of: id, in: db)
            if known < number, FarmNumbers.isPlausible(announcement: number, after: known) {
                if try !Self.leadsOn(id, from: content, in: db) {
                    try HeldRows.rebase(id, onto: content, by: nil, copy: try Self.copy(of: id, in: db), at: time, in: db)
                }
                try OutboxRows.announced(id, number: number, content: content, in: db)
            }
            return (try HeldRows.waiting(of: id, in: db), try HeldRows.all(of: id, in: db).last?.state.isBehind == true)
        }
    }

    /// Whether a node that joined after the farm's last announcement holds changes that lead on from what was announced, its own first
    /// content: they stay as they are.
    private static func leadsOn(_ repository: Int64, from content: MirrorHash, in db: Database) throws -> Bool {
        let known = try OutboxRows.announcement(of: repository, in: db)
        guard known?.number == 0, known?.content == content else { return false }
        let rows = try HeldRows.all(of: repository, in: db)
        // One that is back there may be what was announced.
        return !rows.isEmpty && rows.allSatisfy { $0.draft.content != content }
    }

    /// What the copy holds; nil without one.
    private static func copy(of repository: Int64, in db: Database) throws -> MirrorHash? {
        let select = try db.cachedStatement(sql: "SELECT content_hash FROM repository WHERE id = ? AND has_copy = 1")
        return try Row.fetchOne(select, arguments: [repository]).map { try Columns.hash($0[0]) }
    }
}
