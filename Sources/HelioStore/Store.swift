import GRDB
import GRDBSQLite

/// What a node remembers over restarts and crashes: the catalogue, prepared changes, runs, and a few words about itself.
///
/// One process holds a data directory. Every method that writes returns when the write is on disk, and either all of it happened
/// or none. Methods throw `StoreError`: `.diskFull` leaves the store usable, `.inputOutput` after a failed write does not, until it has
/// been opened anew.
public actor Store {
    /// The node's UUID, lower-case, the same for the life of the data directory.
    public nonisolated let nodeIdentity: String

    nonisolated let reader: StoreReader
    /// The number of the last run that was there when the store was opened: those after it are of this life.
    nonisolated let lastFormerRun: Int64
    private var writer: DatabaseQueue
    private let path: String
    private let lock: DataLock
    private let executor: StoreExecutor
    /// Set by a failed write to disk, until the database has been opened anew.
    private var broken: Broken?

    private struct Broken {
        let error: StoreError
        /// When the write failed, or an opening was last tried.
        var looked: ContinuousClock.Instant = .now
    }

    /// A broken disk is not asked more often.
    private static let revivalInterval = Duration.seconds(1)

    public nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    /// Opens the store in `dataDirectory`, making both when they are new.
    ///
    /// - Throws: what is wrong with the directory or the database, neither of which is changed then; `.dataDirectoryInUse` while
    ///   another process, or another `Store`, holds it.
    public static func open(_ dataDirectory: String) async throws(StoreError) -> Store {
        let executor = StoreExecutor(label: "heliostat.store")
        return try await executor.run { () throws(StoreError) in
            try Store(try DataDirectory(dataDirectory), executor: executor)
        }
    }

    private init(_ directory: DataDirectory, executor: StoreExecutor) throws(StoreError) {
        lock = try DataLock(directory.lockPath)
        let known = try IdentityFile(existingAt: directory.identityPath)?.uuid
        path = directory.databasePath
        let writer = try DatabaseFile.openWriter(path, isFirstStart: known == nil)
        self.writer = writer
        lastFormerRun = try RunRows.last(writer)
        reader = StoreReader(try DatabaseFile.openReader(directory.databasePath))
        // Last, because its file says that a database was completed here.
        nodeIdentity = if let known { known } else { try IdentityFile(creatingAt: directory.identityPath).uuid }
        self.executor = executor
    }

    /// What SQLite has allocated for all stores of this process, in bytes: up to 2 MB of pages for each connection, and some for statements.
    public static func memoryInUse() -> Int { Int(sqlite3_memory_used()) }

    /// Whether the store can be written now, found out by writing.
    public func isWritable() -> Bool {
        do {
            try write { try $0.cachedStatement(sql: "UPDATE node SET write_checks = write_checks + 1").execute() }
            return true
        } catch {
            return false
        }
    }

    /// For a stop: the database file holds everything then, and one that is put in its place meets no log that would be laid over it.
    ///
    /// From here on nobody who reads is waited for longer than a second.
    /// - Throws: also when somebody reads for longer, and after a failed write to disk. Nothing is lost: the log stays.
    public func beginLogAnew() throws(StoreError) {
        if let broken { throw broken.error }
        do {
            _ = try writer.writeWithoutTransaction { try Int.fetchOne($0, sql: "PRAGMA busy_timeout = 1000") }
            try DatabaseFile.beginLogAnew(writer)
        } catch {
            throw StoreError(error)
        }
    }

    /// One transaction, which happened when this returns and did not when it throws.
    func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
        try revive()
        do {
            return try writer.writeWithoutTransaction { db in try Transaction.run(body, on: db) }
        } catch {
            let (error, loses) = Transaction.failure(error)
            if loses { broken = Broken(error: error) }
            throw error
        }
    }

    /// After a failed write nothing is written through the connection that saw it. A new one reads what the files hold, writes all of
    /// that into the database and begins the log anew, so that nothing is built on pages that the kernel may have forgotten.
    private func revive() throws(StoreError) {
        guard let broken else { return }
        guard broken.looked.duration(to: .now) >= Self.revivalInterval else { throw broken.error }
        self.broken?.looked = .now
        do {
            try writer.close()
            writer = try DatabaseFile.openWriter(path, isFirstStart: false)
            try DatabaseFile.beginLogAnew(writer)
        } catch {
            throw broken.error
        }
        self.broken = nil
    }
}
