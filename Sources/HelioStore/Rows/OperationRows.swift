import GRDB
import HelioNode

/// SQL about operations.
enum OperationRows {
    static let insert = """
        INSERT INTO operation (id, boot, kind, repository, run, started_at, heartbeat) VALUES (?, ?, ?, ?, ?, ?, ?)
        """

    static func delete(_ db: Database, where condition: String, _ arguments: StatementArguments) throws -> [StoredOperation] {
        let sql = "DELETE FROM operation WHERE \(condition) RETURNING id, kind, repository, run, started_at"
        return try Row.fetchAll(db, sql: sql, arguments: arguments).map { row in
            StoredOperation(
                id: try row.required(0), kind: try row.required(1), repository: (row[2] as Bytes?).map { ByteString($0.value) }, run: row[3],
                startedAt: WallTime(millisecondsSince1970: try row.required(4)))
        }
    }
}
