import GRDB
import HelioNode

/// SQL about changes that wait to be told by the farm.
///
/// Each row leads from what was last announced to what the copy held after one change, so any of them can be told by itself. When the
/// farm announces one of them, those after it are led on from there. When it announces something that the copy never held, nobody
/// knows which of the two is newer: nothing is to be told then, and what is left says how far the copy is, and how far it will be
/// once a change is done, from what was announced. A synchronisation that is begun after that settles it: it brings what was
/// announced, or something newer, or shows that the copy is the newer one.
enum HeldRows {
    static func insert(_ draft: HeldDraft, of repository: Int64, change: Int64?, isBehind: Bool = false, at time: WallTime, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO held_change (repository_id, change_id, content_hash, kind, changes, is_behind, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            repository, change, Columns.hash(draft.content), draft.kind.rawValue, draft.changes.map { Bytes(RefChangesCodec.encode($0)) },
            isBehind, time.millisecondsSince1970,
        ])
    }

    /// The change is done. With it the copy is as far from what was announced as its row says, and no other row says so any more.
    ///
    /// - Returns: its row; nil without one, or where it brought what has been announced since.
    static func release(
        change: Int64, of repository: Int64, content: MirrorHash, in db: Database
    ) throws -> (id: HeldID, isBehind: Bool)? {
        let update = try db.cachedStatement(
            sql: """
                UPDATE held_change SET change_id = NULL, content_hash = coalesce(content_hash, ?1) WHERE change_id = ?2
                RETURNING id, is_behind
                """)
        let row = try Row.fetchOne(update, arguments: [Columns.hash(content), change])
        let id: Int64? = row?[0]
        let others = "DELETE FROM held_change WHERE repository_id = ? AND change_id IS NULL AND is_behind = 1 AND id IS NOT ?"
        try db.cachedStatement(sql: others).execute(arguments: [repository, id])
        guard let row, let id else { return nil }
        let isBehind: Bool = try row.required(1)
        if isBehind, try OutboxRows.announcement(of: repository, in: db)?.content == content {
            try delete(id, in: db)
            return nil
        }
        return (id: HeldID(id), isBehind: isBehind)
    }

    static func withdraw(change: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM held_change WHERE change_id = ?").execute(arguments: [change])
    }

    static func forget(_ repository: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM held_change WHERE repository_id = ?").execute(arguments: [repository])
    }

    static func forgetWaiting(of repository: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM held_change WHERE repository_id = ? AND change_id IS NULL").execute(arguments: [repository])
    }

    /// What a change brought that was made while its repository left the catalogue.
    static func forget(removed repository: Int64, in db: Database) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM held_change
                WHERE repository_id = ?1 AND change_id IS NULL AND NOT EXISTS (SELECT 1 FROM repository WHERE id = ?1)
                """
        ).execute(arguments: [repository])
    }

    struct HeldRow {
        let id: Int64
        let draft: HeldDraft
        let state: State
    }

    /// Where a row stands, and what becomes of it when its content, that of a row before it, or anything else is announced; when its
    /// change is done or abandoned; and when a synchronisation finds nothing newer than the copy.
    ///
    /// | state | its content | one before it | anything else | done | abandoned | nothing newer |
    /// |---|---|---|---|---|---|---|
    /// | `prepared` | removed | led on | `overtaken` | `waiting` | removed | |
    /// | `overtaken` | led on | led on | led on | `behind`; removed if it was announced since | removed | |
    /// | `waiting` | removed | led on | removed | stays | stays | stays |
    /// | `behind` | removed | replaced | replaced | removed by that of another change | stays | `waiting` |
    enum State {
        /// The refs of its change have not moved yet.
        case prepared
        /// As `prepared`; what the change brings was learned before something else was announced.
        case overtaken
        /// To be told.
        case waiting
        /// What the copy holds, and may be older than what was announced.
        case behind

        init(isPrepared: Bool, isBehind: Bool) {
            self = isPrepared ? (isBehind ? .overtaken : .prepared) : (isBehind ? .behind : .waiting)
        }

        var isPrepared: Bool { self == .prepared || self == .overtaken }
        var isBehind: Bool { self == .overtaken || self == .behind }
    }

    /// Oldest first.
    static func all(of repository: Int64, in db: Database) throws -> [HeldRow] {
        let select = try db.cachedStatement(
            sql: "SELECT id, content_hash, kind, changes, is_behind, change_id FROM held_change WHERE repository_id = ? ORDER BY id")
        return try Row.fetchAll(select, arguments: [repository]).map { row in
            let state = State(isPrepared: (row[5] as Int64?) != nil, isBehind: try row.required(4))
            return HeldRow(id: try row.required(0), draft: try draft(row, from: 1), state: state)
        }
    }

    /// Whose refs have moved, oldest first.
    static func waiting(of repository: Int64, in db: Database) throws -> [HeldID] {
        try all(of: repository, in: db).filter { $0.state == .waiting }.map { HeldID($0.id) }
    }

    static func draft(_ row: Row, from index: Int) throws -> HeldDraft {
        let kind: String = try row.required(index + 1)
        guard let kind = SyncKind(rawValue: kind) else { throw StoreError.corrupt("an unknown kind of a change") }
        return HeldDraft(
            kind: kind, content: try Columns.hash(row[index]), changes: (row[index + 2] as Bytes?).flatMap { RefChangesCodec.decode($0.value) })
    }

    /// Leads the repository's rows on from a new announcement.
    ///
    /// - Parameters:
    ///   - held: the row that this node has proposed; nil for what others announced. The first with that content is theirs: a copy may
    ///     have gone away and come back since.
    ///   - step: what led to it from the last one; nil when nobody knows.
    static func rebase(
        _ repository: Int64, onto content: MirrorHash, of held: HeldID? = nil, by step: [RefChange]?, copy: MirrorHash?, at time: WallTime,
        in db: Database
    ) throws {
        let rows = try all(of: repository, in: db)
        let own = held.flatMap { held in rows.firstIndex { $0.id == held.value } }
        guard let told = own ?? rows.firstIndex(where: { !$0.state.isBehind && $0.draft.content == content }) else {
            return try fallBehind(repository, rows, content, by: step, copy: copy, at: time, in: db)
        }
        // What was told was this very row: its own list is the better one, where the other was too long to be told.
        let step = rows[told].draft.changes ?? step
        for (index, row) in rows.enumerated() {
            if index <= told {
                try delete(row.id, in: db)
            } else {
                try set(Self.rest(of: row.draft.changes, after: step), of: row.id, in: db)
            }
        }
    }

    /// Something was announced that the copy has never held.
    private static func fallBehind(
        _ repository: Int64, _ rows: [HeldRow], _ content: MirrorHash, by step: [RefChange]?, copy: MirrorHash?, at time: WallTime,
        in db: Database
    ) throws {
        // A change whose refs have not moved yet stays: it leads to what the copy will hold.
        let standing = rows.last { !$0.state.isPrepared }
        for row in rows {
            if row.state.isPrepared {
                try set(rest(of: row.draft.changes, after: step), of: row.id, in: db)
            } else {
                try delete(row.id, in: db)
            }
        }
        try overtake(repository, at: time, in: db)
        guard let copy, copy != content else { return }
        let rest = standing.map { Self.rest(of: $0.draft.changes, after: step) } ?? step?.reversed
        let behind = HeldDraft(kind: rest == nil ? .snapshot : .incremental, content: copy, changes: rest)
        try insert(behind, of: repository, change: nil, isBehind: true, at: time, in: db)
    }

    /// What changes bring whose refs have not moved yet may be older than what was announced; also where nobody was to be told of them,
    /// which have no row so far, and whose content is known when they are done. A change with an event is told by a node by itself.
    private static func overtake(_ repository: Int64, at time: WallTime, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE held_change SET is_behind = 1 WHERE repository_id = ? AND change_id IS NOT NULL")
            .execute(arguments: [repository])
        try db.cachedStatement(
            sql: """
                INSERT INTO held_change (repository_id, change_id, content_hash, kind, changes, is_behind, created_at)
                SELECT repository_id, id, NULL, ?2, NULL, 1, ?3 FROM prepared_change
                WHERE repository_id = ?1
                    AND NOT EXISTS (SELECT 1 FROM held_change WHERE held_change.change_id = prepared_change.id)
                    AND NOT EXISTS (SELECT 1 FROM event WHERE event.change_id = prepared_change.id)
                """
        ).execute(arguments: [repository, SyncKind.snapshot.rawValue, time.millisecondsSince1970])
    }

    /// A synchronisation that was begun after the announcement found that the copy is what the upstream has: it is the newer one.
    static func confirm(_ id: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE held_change SET is_behind = 0 WHERE id = ?").execute(arguments: [id])
    }

    private static func set(_ changes: [RefChange]?, of id: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "UPDATE held_change SET changes = ?1, kind = iif(?1 IS NULL, ?2, kind) WHERE id = ?3")
            .execute(arguments: [changes.map { Bytes(RefChangesCodec.encode($0)) }, SyncKind.snapshot.rawValue, id])
    }

    private static func rest(of changes: [RefChange]?, after step: [RefChange]?) -> [RefChange]? {
        guard let changes, let step else { return nil }
        return step.reversed.followed(by: changes)
    }

    static func delete(_ id: Int64, in db: Database) throws {
        try db.cachedStatement(sql: "DELETE FROM held_change WHERE id = ?").execute(arguments: [id])
    }
}
