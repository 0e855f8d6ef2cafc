import GRDB
import Glibc

/// A transaction that remembers why the system refused a write.
///
/// SQLite knows a full disk, and calls a full quota an I/O error; `sqlite3_system_errno` is not set for commits. So `errno` is
/// read on the spot, before the rollback. (GRDB's own transactions roll back first.)
enum Transaction {
    private struct Refusal: Error {
        let error: any Error
        let errno: Int32
    }

    static func run<Value>(_ body: (Database) throws -> Value, on db: Database) throws -> Value {
        errno = 0
        do {
            try db.beginTransaction(.immediate)
            let value = try body(db)
            try db.commit()
            return value
        } catch {
            let refusal = Refusal(error: error, errno: errno)
            // SQLite may have rolled back by itself; if this fails too, the first failure is the one to tell.
            try? db.rollback()
            throw refusal
        }
    }

    /// - Returns: our word for it, and whether writing must end for good.
    static func failure(_ error: any Error) -> (error: StoreError, losesWrites: Bool) {
        guard let refusal = error as? Refusal else { return (StoreError(error), false) }
        let word = StoreError(refusal.error, errno: refusal.errno)
        guard case .inputOutput = word, let error = refusal.error as? DatabaseError else { return (word, false) }
        return (word, error.losesWrites)
    }
}
