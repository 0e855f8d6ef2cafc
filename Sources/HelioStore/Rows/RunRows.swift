import GRDB
import HelioNode

/// SQL about runs.
enum RunRows {
    static let select = """
        SELECT id, trigger, opened_at, planned, status, reason, succeeded, failed, cancelled, skipped, seconds, closed_at, scope
        FROM run
        """

    static let close = """
        UPDATE run SET status = ?, reason = ?, succeeded = ?, failed = ?, cancelled = ?, skipped = ?, seconds = ?, closed_at = ?
        WHERE id = ? AND status IS NULL
        """

    static let progress = """
        UPDATE run SET succeeded = ?, failed = ?, cancelled = ?, skipped = ?, seconds = ? WHERE id = ? AND status IS NULL
        """

    /// - Returns: the number of the latest; 0 when there never was one.
    static func last(_ queue: DatabaseQueue) throws(StoreError) -> Int64 {
        do {
            return try queue.read { try Int64.fetchOne($0, sql: "SELECT max(number) FROM run") ?? 0 }
        } catch {
            throw StoreError(error)
        }
    }

    /// What of the plan had not come out is cancelled with the run. How long it lived was noted while it did, by a clock that
    /// nobody steps.
    static let orphan = """
        UPDATE run SET status = 'cancel', reason = 'orphaned', closed_at = ?, seconds = coalesce(seconds, 0),
            cancelled = cancelled + max(0, coalesce(planned, 0) - succeeded - failed - cancelled - skipped)
        WHERE status IS NULL AND number <= ?
        """

    static func run(_ row: Row) throws -> StoredRun {
        StoredRun(
            id: try row.required(0), trigger: try row.required(1), scope: try row.required(12),
            openedAt: WallTime(millisecondsSince1970: try row.required(2)), planned: row[3], status: try status(row[4]),
            reason: row[5],
            counts: StoredRun.Counts(
                succeeded: try row.required(6), failed: try row.required(7), cancelled: try row.required(8),
                skipped: try row.required(9)),
            seconds: row[10], closedAt: Columns.time(row[11]))
    }

    private static func status(_ text: String?) throws(StoreError) -> StoredRun.Status? {
        guard let text else { return nil }
        guard let status = StoredRun.Status(rawValue: text) else { throw .corrupt("an unknown status of a run") }
        return status
    }
}
