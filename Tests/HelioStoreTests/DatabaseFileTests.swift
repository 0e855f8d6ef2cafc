import Foundation
import Dispatch
import GRDB
import Glibc
import HelioNode
import TestSupport
import Testing

@testable import HelioStore

struct DatabaseFileTests {
    let directory: TemporaryDirectory
    var database: String { directory.path + "/heliostat.db" }

    init() throws { directory = try TemporaryDirectory() }

    @Test func commits_AreDurable() async throws {
        let store = try await Store.open(directory.path)
        #expect(try await store.write { try Int.fetchOne($0, sql: "PRAGMA synchronous") } == 2)
        #expect(try await store.write { try String.fetchOne($0, sql: "PRAGMA journal_mode") } == "wal")
    }

    @Test func files_AreForTheirOwnerAlone() async throws {
        let store = try await Store.open(directory.path)
        #expect(await store.isWritable())
        for suffix in ["", "-wal", "-shm"] {
            let mode = try FileManager.default.attributesOfItem(atPath: database + suffix)[.posixPermissions] as? Int
            #expect(mode == 0o600, "\(suffix)")
        }
    }

    @Test func newerSchema_IsRefused_AndKept() async throws {
        try await Store.open(directory.path).write {
            try $0.execute(sql: "INSERT INTO grdb_migrations VALUES ('2: something to come')")
        }
        let before = try DatabaseFiles(path: directory.path).all()
        await #expect(throws: StoreError.newerSchema(migrations: ["2: something to come"])) { try await Store.open(directory.path) }
        #expect(try DatabaseFiles(path: directory.path).all() == before)
    }

    /// The first schema as it was released, with a run that was open when its node was stopped for the upgrade.
    @Test func firstSchema_IsBroughtUpToDate_WithWhatItHolds() async throws {
        let old = try DatabaseQueue(path: database)
        try await old.write { try $0.execute(sql: "PRAGMA application_id = \(Schema.applicationID)") }
        try Schema.migrator.migrate(old, upTo: "1: catalogue, changes, runs")
        try await old.write { db in
            try db.execute(sql: "INSERT INTO run (id, trigger, opened_at, planned) VALUES ('a', 'scheduled', 1000, 3)")
            try db.execute(sql: "INSERT INTO deletion (at, count) VALUES (5, 7)")
        }
        try old.close()
        let store = try await Store.open(directory.path)
        #expect(try await store.deletions(since: WallTime(millisecondsSince1970: 0)).map(\.count) == [7])
        let orphans = try await store.closeOrphanedRuns(at: Samples.time)
        #expect(orphans.map(\.run.scope) == ["unknown"])
        #expect(orphans.map(\.lostRepositories) == [3])
        #expect(try await store.takeOperations(notOf: "now").isEmpty)
    }

    /// As `kill -9` leaves it between the writing of the new file and the end of the journal that could undo it.
    @Test func creationThatWasCut_IsBegunAnew() async throws {
        let cut = try DatabaseFiles.empty(at: directory.path + "/cut")
        try await DatabaseQueue(path: database).writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA cache_size = 1")
            try db.beginTransaction()
            // More than the cache holds, so that it goes to the file before the commit.
            try db.execute(sql: "CREATE TABLE half (page BLOB)")
            for _ in 0..<20 { try db.execute(sql: "INSERT INTO half VALUES (zeroblob(4000))") }
            for name in ["heliostat.db", "heliostat.db-journal"] { try cut.write(DatabaseFiles(path: directory.path).bytes(name), to: name) }
            try db.rollback()
        }
        #expect(try !cut.bytes("heliostat.db").isEmpty && cut.bytes("heliostat.db-journal").contains { $0 != 0 })
        #expect(try await Store.open(cut.path).isWritable())
    }

    @Test func foreignDatabase_IsRefused_AndKept() async throws {
        try await DatabaseQueue(path: database).write { try $0.execute(sql: "CREATE TABLE diary (day TEXT)") }
        let before = try DatabaseFiles(path: directory.path).all()
        await #expect(throws: StoreError.foreignDatabase(path: database)) { try await Store.open(directory.path) }
        #expect(try DatabaseFiles(path: directory.path).all() == before)
    }

    @Test func longRead_HoldsUpNoWrite() async throws {
        let store = try await Store.open(directory.path)
        let (begun, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let reading = Task {
            try await store.reader.read { db in
                let before = try Int.fetchOne(db, sql: "SELECT count(*) FROM repository")
                begun.signal()
                _ = end.wait(timeout: .now() + 20)
                return [before, try Int.fetchOne(db, sql: "SELECT count(*) FROM repository")]
            }
        }
        try await eventually("the read has begun") { begun.wait(timeout: .now()) == .success }
        let clock = ContinuousClock()
        let time = try await clock.measure { try await store.saveMetadata(upserts: [Samples.metadata(1)]) }
        end.signal()
        #expect(time < .seconds(10))
        #expect(try await reading.value == [0, 0], "the read saw one moment")
        #expect(try await store.repositoryCount() == 1)
    }

    @Test func failedFlush_EndsWriting_ButNotReading_UntilTheLogHasBegunAnew() async throws {
        let store = try await Store.open(directory.path)
        try await store.saveMetadata(upserts: [Samples.metadata(1)])
        let failing = await #expect(throws: StoreError.self) {
            try await store.write { _ in throw DatabaseError(resultCode: .SQLITE_IOERR_FSYNC) }
        }
        await #expect(throws: try #require(failing)) { try await store.saveMetadata(upserts: [Samples.metadata(2)]) }
        #expect(await !store.isWritable())
        #expect(try await store.loadCatalogue().count == 1)
        let log = directory.path + "/heliostat.db-wal"
        let before = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0
        try await eventually("it is opened anew") { await store.isWritable() }
        let after = try FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0
        #expect(after < before, "the log holds the one write since: \(before), \(after)")
        try await store.saveMetadata(upserts: [Samples.metadata(2)])
        #expect(try await store.loadCatalogue().count == 2)
    }

    /// At a stop: a file that is put in the place of the database must not meet a log that is laid over it.
    @Test func databaseWhoseLogHasBegunAnew_IsWholeByItself() async throws {
        let store = try await Store.open(directory.path)
        try await store.saveMetadata(upserts: [Samples.metadata(1)])
        #expect(try logSize > 0)
        try await store.beginLogAnew()
        #expect(try logSize == 0)
        let files = DatabaseFiles(path: directory.path)
        let alone = try DatabaseFiles.empty(at: directory.path + "/alone")
        for name in ["heliostat.db", "node-id"] { try alone.write(files.bytes(name), to: name) }
        #expect(try await Store.open(alone.path).loadCatalogue().count == 1)
        try await store.saveMetadata(upserts: [Samples.metadata(2)])
        #expect(try await store.loadCatalogue().count == 2, "the store goes on")
        // Nothing is written through a connection that saw a write fail.
        let failing = await #expect(throws: StoreError.self) {
            try await store.write { _ in throw DatabaseError(resultCode: .SQLITE_IOERR_FSYNC) }
        }
        let before = try logSize
        await #expect(throws: try #require(failing)) { try await store.beginLogAnew() }
        #expect(try logSize == before)
    }

    private var logSize: Int {
        get throws { try FileManager.default.attributesOfItem(atPath: database + "-wal")[.size] as? Int ?? 0 }
    }

    /// The next program that closes the database must not take itself for the last one, and remove the log.
    @Test func databaseOpenedAnew_IsStillHeld_AgainstOtherPrograms() async throws {
        let store = try await Store.open(directory.path)
        #expect(try await store.loadCatalogue().isEmpty, "the connection that reads is open")
        await #expect(throws: StoreError.self) {
            try await store.write { _ in throw DatabaseError(resultCode: .SQLITE_IOERR_FSYNC) }
        }
        try await eventually("it is opened anew") { await store.isWritable() }
        try closeByAnother()
        try await store.saveMetadata(upserts: [Samples.metadata(1)])
        #expect(FileManager.default.fileExists(atPath: database + "-wal"), "what was written last is nowhere")
        try closeByAnother()
        #expect(try await store.loadCatalogue().count == 1)
    }

    private func closeByAnother() throws {
        let program = Process()
        program.executableURL = URL(fileURLWithPath: "/usr/bin/sqlite3")
        program.arguments = [database, "SELECT count(*) FROM repository"]
        program.standardOutput = FileHandle.nullDevice
        try program.run()
        program.waitUntilExit()
        #expect(program.terminationStatus == 0)
    }

    /// Somebody who reads holds the log.
    @Test func failedFlush_EndsWriting_WhileTheLogIsRead() async throws {
        let store = try await Store.open(directory.path)
        try await store.saveMetadata(upserts: [Samples.metadata(1)])
        let (begun, end) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
        let reading = Task {
            try await store.reader.read { db in
                let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM repository")
                begun.signal()
                _ = end.wait(timeout: .now() + 20)
                return count
            }
        }
        try await eventually("the read has begun") { begun.wait(timeout: .now()) == .success }
        await #expect(throws: StoreError.self) {
            try await store.write { _ in throw DatabaseError(resultCode: .SQLITE_IOERR_FSYNC) }
        }
        let failed = ContinuousClock.now
        // Longer than a revival is put off; each waits five seconds for the reader.
        try await eventually(within: 20, "a revival was tried") { await !store.isWritable() && ContinuousClock.now - failed > .seconds(2) }
        end.signal()
        #expect(try await reading.value == 1)
        try await eventually("it is opened anew") { await store.isWritable() }
    }

    /// Until it is refused a write, a transaction must not take an earlier system call's failure for its own.
    @Test func failedWrite_KeepsItsOwnReason() async throws {
        let store = try await Store.open(directory.path)
        await #expect(throws: StoreError.diskFull) {
            try await store.write { _ in
                errno = EDQUOT
                throw DatabaseError(resultCode: .SQLITE_IOERR_WRITE)
            }
        }
        #expect(await store.isWritable(), "a full quota ends nothing")
    }

    @Test func failedRead_EndsNothing() async throws {
        let store = try await Store.open(directory.path)
        await #expect(throws: StoreError.self) {
            try await store.write { _ in throw DatabaseError(resultCode: .SQLITE_IOERR_READ) }
        }
        #expect(await store.isWritable())
    }

    /// A person with the `sqlite3` program, in the middle of a transaction.
    @Test func lockOfAnother_MayPass() async throws {
        let store = try await Store.open(directory.path)
        var configuration = Configuration()
        configuration.allowsUnsafeTransactions = true
        let other = try DatabaseQueue(path: database, configuration: configuration)
        try await other.writeWithoutTransaction { try $0.execute(sql: "BEGIN IMMEDIATE") }
        let refused = await #expect(throws: StoreError.self) { try await store.saveMetadata(upserts: [Samples.metadata(1)]) }
        #expect(try #require(refused).mayPass)
        try await other.writeWithoutTransaction { try $0.execute(sql: "ROLLBACK") }
        try await store.saveMetadata(upserts: [Samples.metadata(1)])
        #expect(try await store.repositoryCount() == 1)
    }

    @Test(arguments: [
        (ResultCode.SQLITE_BUSY, true), (.SQLITE_BUSY_SNAPSHOT, true), (.SQLITE_LOCKED, true), (.SQLITE_READONLY, true),
        (.SQLITE_FULL, true), (.SQLITE_CONSTRAINT, false), (.SQLITE_CORRUPT, false),
    ])
    func failedWrite_IsTriedAgain_WhereItMaySucceed(_ code: ResultCode, _ expected: Bool) {
        #expect(StoreError(DatabaseError(resultCode: code)).mayPass == expected)
    }

    @Test(arguments: [
        (ResultCode.SQLITE_FULL, Int32(0), StoreError.diskFull),
        (.SQLITE_IOERR_WRITE, ENOSPC, .diskFull),
        (.SQLITE_IOERR_SHMSIZE, EDQUOT, .diskFull),
        (.SQLITE_READONLY, 0, .readOnly),
        (.SQLITE_CORRUPT_VTAB, 0, .corrupt("database disk image is malformed")),
        (.SQLITE_BUSY, 0, .database(code: 5, message: "database is locked")),
    ])
    func sqliteError_HasOurWord(_ code: ResultCode, _ errno: Int32, _ expected: StoreError) {
        #expect(StoreError(DatabaseError(resultCode: code), errno: errno) == expected)
    }
}
