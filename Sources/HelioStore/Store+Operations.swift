import GRDB
public import HelioNode

extension Store {
    /// What became of operations since the last call, in one transaction.
    ///
    /// - Parameters:
    ///   - started: not stored before.
    ///   - ended: leave the ledger; ids that it does not hold are no error.
    ///   - alive: ids whose heartbeat becomes `now`.
    ///   - boot: names this process.
    ///   - now: the monotonic clock of this process.
    public func noteOperations(
        started: [StoredOperation], ended: [String], alive: [String], boot: String, at now: MonotonicTime
    ) throws(StoreError) {
        try write { db in
            let insert = try db.cachedStatement(sql: OperationRows.insert)
            for one in started {
                try insert.execute(arguments: [
                    one.id, boot, one.kind, one.repository.map { Bytes(Array($0.bytes)) }, one.run, one.startedAt.millisecondsSince1970, now.nanoseconds,
                ])
            }
            let beat = try db.cachedStatement(sql: "UPDATE operation SET heartbeat = ? WHERE id = ?")
            for id in alive { try beat.execute(arguments: [now.nanoseconds, id]) }
            let delete = try db.cachedStatement(sql: "DELETE FROM operation WHERE id = ?")
            for id in ended { try delete.execute(arguments: [id]) }
        }
    }

    /// Takes out what a process that is gone left unfinished. Nobody else can be alive: one process holds the data directory.
    ///
    /// - Returns: each operation to one caller only, however many sweep.
    public func takeOperations(notOf boot: String) throws(StoreError) -> [StoredOperation] {
        try write { db in try OperationRows.delete(db, where: "boot <> ?", [boot]) }
    }

    /// Takes out what this process has not vouched for since `time`.
    ///
    /// - Returns: each operation to one caller only, however many sweep.
    public func takeOperations(of boot: String, silentSince time: MonotonicTime) throws(StoreError) -> [StoredOperation] {
        try write { db in try OperationRows.delete(db, where: "boot = ? AND heartbeat < ?", [boot, time.nanoseconds]) }
    }
}
