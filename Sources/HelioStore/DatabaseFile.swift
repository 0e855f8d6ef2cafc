import GRDB
import Glibc

/// Opens the database file, or refuses it without having changed it.
enum DatabaseFile {
    /// How long a statement waits for another process, such as a person with the `sqlite3` program, in seconds.
    private static let busySeconds = 5.0
    /// A write-ahead log that a long reader has let grow is cut back to this many bytes.
    private static let logLimit = 64 << 20

    /// The one connection that writes and checkpoints: Debian 12's SQLite (3.40.1) can lose commits when two connections do.
    ///
    /// - Parameter isFirstStart: no database has ever been completed in this directory.
    static func openWriter(_ path: String, isFirstStart: Bool) throws(StoreError) -> DatabaseQueue {
        try refuseLostFile(path, isFirstStart: isFirstStart)
        if isFirstStart { try rollBackCreation(path) }
        try inspect(path)
        try createEmpty(path)
        errno = 0
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { db in
                try switchToDurableLog(db)
                // Before any table, so that a crash between here and the first migration leaves nothing that looks foreign.
                try db.execute(sql: "PRAGMA application_id = \(Schema.applicationID)")
            }
            try Schema.migrator.migrate(queue)
            return queue
        } catch {
            throw StoreError(error, errno: errno)
        }
    }

    /// Writes everything in the log into the database, durably, and empties the log.
    /// - Throws: also when somebody reads, who may need what the log holds.
    static func beginLogAnew(_ writer: DatabaseQueue) throws {
        let isBusy = try writer.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA wal_checkpoint(TRUNCATE)") }
        guard isBusy == 0 else { throw StoreError.database(code: 5, message: "the write-ahead log is being read") }
    }

    /// For long reads, which would otherwise hold up every write.
    static func openReader(_ path: String) throws(StoreError) -> DatabaseQueue {
        var configuration = configuration
        configuration.readonly = true
        do {
            return try DatabaseQueue(path: path, configuration: configuration)
        } catch {
            throw StoreError(error)
        }
    }

    /// A first start that was cut between two writes to the new file leaves a rollback journal, which no connection that only reads can
    /// read past. Later there is none: then the log is a write-ahead log.
    private static func rollBackCreation(_ path: String) throws(StoreError) {
        guard size(of: path) > 0, size(of: path + "-journal") > 0 else { return }
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            _ = try queue.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM sqlite_master") }
            try queue.close()
        } catch {
            throw StoreError(error)
        }
    }

    /// Through a connection that cannot write: closing another kind would merge the log into a file that is to be left alone.
    private static func inspect(_ path: String) throws(StoreError) {
        guard size(of: path) > 0 else { return }
        let queue = try openReader(path)
        do {
            try queue.read { db in
                try refuseForeign(db, path: path)
                try refuseDamaged(db)
            }
            try queue.close()
        } catch {
            throw StoreError(error)
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(busySeconds)
        return configuration
    }

    /// SQLite would take an empty file for a new database and drop the log beside it.
    private static func refuseLostFile(_ path: String, isFirstStart: Bool) throws(StoreError) {
        guard size(of: path) == 0 else { return }
        if size(of: path + "-wal") > 0 {
            throw .corrupt("\(path) is missing or empty, but its write-ahead log is there")
        }
        if !isFirstStart {
            throw .corrupt(
                "\(path) is missing or empty, but this directory had a database; to begin with a new one, remove node-id too")
        }
    }

    /// 0 when there is no such file.
    private static func size(of path: String) -> Int {
        var information = stat()
        return stat(path, &information) == 0 ? Int(information.st_size) : 0
    }

    /// SQLite gives its log and shared memory the mode of the database, and would give that one 0644. Nobody else reads it, while the
    /// group may read the copies: the URLs of receivers in it may be secrets.
    ///
    /// A file that is there is not opened: whoever closes any descriptor of a file gives up all of the process's locks on it (fcntl(2)).
    /// Without those that SQLite holds for the connection that reads, the next program that closes the database takes itself for the last
    /// one, and removes the log that is being written.
    private static func createEmpty(_ path: String) throws(StoreError) {
        let file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        if file < 0, errno == EEXIST { return try refuseLink(path) }
        guard file >= 0 else { throw .system(operation: "open", path: path, errno: errno) }
        close(file)
    }

    private static func refuseLink(_ path: String) throws(StoreError) {
        var information = stat()
        guard lstat(path, &information) == 0 else { throw .system(operation: "lstat", path: path, errno: errno) }
        guard information.st_mode & S_IFMT != S_IFLNK else { throw .system(operation: "open", path: path, errno: ELOOP) }
    }

    private static func refuseForeign(_ db: Database, path: String) throws {
        let unknown = try Schema.migrator.appliedIdentifiers(db).subtracting(Schema.migrator.migrations)
        let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_master WHERE type = 'table'") ?? 0
        let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        guard tables == 0 || application == Schema.applicationID else { throw StoreError.foreignDatabase(path: path) }
        guard unknown.isEmpty else { throw StoreError.newerSchema(migrations: unknown.sorted()) }
    }

    /// FULL: a commit returns when it is on disk, which is what "stored before any ref moves" means.
    private static func switchToDurableLog(_ db: Database) throws {
        let mode = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
        try db.execute(sql: "PRAGMA synchronous = FULL")
        _ = try Int.fetchOne(db, sql: "PRAGMA journal_size_limit = \(logLimit)")
        guard mode == "wal", try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
            throw StoreError.database(code: 1, message: "no write-ahead log with full synchronisation here")
        }
    }

    /// A file that was cut off shows only when a lost page is asked for, which may be weeks later.
    private static func refuseDamaged(_ db: Database) throws {
        let verdict = try String.fetchOne(db, sql: "PRAGMA quick_check(1)")
        guard verdict == "ok" else { throw StoreError.corrupt(verdict ?? "quick_check gave no answer") }
    }
}
