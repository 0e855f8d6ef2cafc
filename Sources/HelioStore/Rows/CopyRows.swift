import GRDB
import HelioNode

/// SQL about our copies.
enum CopyRows {
    static func record(_ report: CopyReport, of id: RepositoryID, at time: WallTime, in db: Database) throws {
        let now = time.millisecondsSince1970
        switch report {
        case .unchanged(let time):
            try run(succeeded, [time.millisecondsSince1970, id.value], in: db)
        case .failed(let failure, let count, let quarantined):
            try run(failed, [count, failure.reason.rawValue, Text(failure.message), quarantined, id.value], in: db)
        case .hashed(let content, let head, let refs):
            try run(hashed, [Columns.hash(content), Bytes(HeadCodec.encode(head)), refs, now, id.value], in: db)
        case .lost:
            try run("UPDATE repository SET has_copy = 0, content_hash = NULL, ref_count = NULL WHERE id = ?", [id.value], in: db)
        case .behind(let time):
            try run(behind, [time.millisecondsSince1970, id.value], in: db)
        case .caughtUp:
            try run("UPDATE repository SET upstream_changed_at = NULL WHERE id = ?", [id.value], in: db)
        }
    }

    /// A change is done: the copy has this content now.
    static func complete(
        _ id: Int64, content: MirrorHash, head: Head, refs: Int?, metadata: MirrorHash?, at time: WallTime, in db: Database
    ) throws {
        let now = time.millisecondsSince1970
        try run(hashed, [Columns.hash(content), Bytes(HeadCodec.encode(head)), refs, now, id], in: db)
        try run(succeeded, [now, id], in: db)
        let branch: Bytes? = if case .symbolic(let name) = head { Bytes(name.bytes.bytes) } else { nil }
        try run("UPDATE repository SET default_branch = ? WHERE id = ?", [branch, id], in: db)
        guard let metadata else { return }
        try run("UPDATE repository SET metadata_hash = ? WHERE id = ?", [Columns.hash(metadata), id], in: db)
    }

    private static func run(_ sql: String, _ arguments: StatementArguments, in db: Database) throws {
        try db.cachedStatement(sql: sql).execute(arguments: arguments)
    }

    private static let succeeded = """
        UPDATE repository SET last_sync = ?, failed_sync_count = 0, failure_reason = NULL, failure_message = NULL,
            quarantined = 0, upstream_changed_at = NULL
        WHERE id = ?
        """

    private static let failed = """
        UPDATE repository SET failed_sync_count = ?, failure_reason = ?, failure_message = ?, quarantined = ? WHERE id = ?
        """

    private static let hashed = """
        UPDATE repository SET content_hash = ?, head = ?, ref_count = ?, has_copy = 1, initial_sync = coalesce(initial_sync, ?) WHERE id = ?
        """

    private static let behind = """
        UPDATE repository SET upstream_changed_at = coalesce(upstream_changed_at, ?1) WHERE id = ?2 AND coalesce(last_sync, ?1) <= ?1
        """
}
