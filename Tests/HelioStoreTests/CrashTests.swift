import HelioNode
import TestSupport
import Testing

@testable import HelioStore

/// What a store finds after `kill -9`, a power failure, or a damaged disk.
struct CrashTests {
    let parent: TemporaryDirectory
    let store: Store
    let files: DatabaseFiles

    init() async throws {
        parent = try TemporaryDirectory()
        files = DatabaseFiles(path: parent.path + "/data")
        store = try await Store.open(files.path)
    }

    /// Fewer pages than a checkpoint needs (1000) are written, so the log only grows, as `DatabaseFiles.copy` demands.
    @Test func everyAcknowledgedChange_IsThere_WhenKilledAtAnyMoment() async throws {
        let acknowledged = Counter()
        let writing = Task { [store] in
            while !Task.isCancelled, acknowledged.value < 200 {
                _ = try await store.prepare(try Samples.change(), at: Samples.time)
                acknowledged.add()
            }
        }
        for round in 0..<10 {
            let before = acknowledged.value
            let copy = try files.copy(to: parent.path + "/copy-\(round)")
            let found = try await Store.open(copy.path).outstandingChanges()
            #expect(found.count >= before)
            #expect(found.map(\.id.value) == Array(1..<(Int64(found.count) + 1)))
            #expect(found.allSatisfy { $0.change != nil })
            try await eventually("more is written") { acknowledged.value > before || acknowledged.value >= 200 }
        }
        writing.cancel()
        try await writing.value
    }

    @Test func tornLog_LosesOnlyItsTail() async throws {
        for _ in 0..<3 { _ = try await store.prepare(Samples.change(), at: Samples.time) }
        let log = try files.bytes("heliostat.db-wal")
        let cut = try files.copy(to: parent.path + "/cut")
        try cut.write(log.dropLast(100), to: "heliostat.db-wal")
        #expect(try await Store.open(cut.path).outstandingChanges().map(\.id.value) == [1, 2])
        let scribbled = try files.copy(to: parent.path + "/scribbled")
        try scribbled.write(log.dropLast(50) + [UInt8](repeating: 0xA5, count: 50), to: "heliostat.db-wal")
        #expect(try await Store.open(scribbled.path).outstandingChanges().map(\.id.value) == [1, 2])
    }

    @Test func sharedMemory_IsRebuilt_WhenMissing() async throws {
        _ = try await store.prepare(Samples.change(), at: Samples.time)
        let copy = try files.copy(to: parent.path + "/copy")
        #expect(!DatabaseFiles.names.contains("heliostat.db-shm"))
        #expect(try await Store.open(copy.path).outstandingChanges().count == 1)
    }

    @Test func cutOffDatabase_IsRefused_AndKept() async throws {
        try await grow()
        let copy = try await settled("cut")
        let whole = try copy.bytes("heliostat.db")
        try copy.write(whole.prefix(whole.count / 2), to: "heliostat.db")
        try await refusesAndKeeps(copy)
    }

    @Test func overwrittenDatabase_IsRefused_AndKept() async throws {
        let copy = try await settled("overwritten")
        try copy.write([UInt8](repeating: 0x5A, count: 20_000), to: "heliostat.db")
        try await refusesAndKeeps(copy)
    }

    @Test func damagedDatabase_IsKept_WithItsLog() async throws {
        try await grow()
        let running = try await settled("running")
        let again = try await Store.open(running.path)
        _ = try await again.prepare(Samples.change(), at: Samples.time)
        let copy = try running.copy(to: parent.path + "/log")
        let whole = try copy.bytes("heliostat.db")
        try copy.write(whole.prefix(8192) + [UInt8](repeating: 0x5A, count: whole.count - 8192), to: "heliostat.db")
        #expect(try copy.bytes("heliostat.db-wal").count > 0)
        try await refusesAndKeeps(copy)
    }

    @Test func firstStart_GoesOn_WhenItCrashedBetweenItsSteps() async throws {
        let whole = try files.bytes("heliostat.db-wal")
        // The header of the log has 32 bytes, each frame 24 and a page of 4096.
        for frames in 0...((whole.count - 32) / 4120) {
            let copy = try files.copy(to: parent.path + "/first-\(frames)")
            try copy.write(whole.prefix(32 + frames * 4120), to: "heliostat.db-wal")
            try copy.remove("node-id")
            #expect(try await Store.open(copy.path).loadCatalogue().isEmpty)
        }
    }

    @Test func emptiedOrMissingDatabase_IsRefused_WhenThereWasOne() async throws {
        let emptied = try await settled("emptied")
        try emptied.write([], to: "heliostat.db")
        try await refusesAndKeeps(emptied)
        let missing = try await settled("missing")
        try missing.remove("heliostat.db")
        try await refusesAndKeeps(missing)
    }

    @Test func emptyDatabaseBesideLog_IsRefused_EvenWithoutIdentity() async throws {
        _ = try await store.prepare(Samples.change(), at: Samples.time)
        let copy = try files.copy(to: parent.path + "/log")
        try copy.write([], to: "heliostat.db")
        try copy.remove("node-id")
        try await refusesAndKeeps(copy)
    }

    @Test func firstStart_BeginsAgain_WhenItCrashedBeforeTheDatabaseWasMade() async throws {
        let begun = try DatabaseFiles.empty(at: parent.path + "/begun")
        try begun.write([], to: "heliostat.db")
        #expect(try await Store.open(begun.path).loadCatalogue().isEmpty)
    }

    private func grow() async throws {
        try await store.saveMetadata(upserts: (Int64(0)..<1000).map { try Samples.metadata($0) })
    }

    /// A copy that was opened and closed once, so that everything is in the database file.
    private func settled(_ name: String) async throws -> DatabaseFiles {
        let copy = try files.copy(to: parent.path + "/" + name)
        _ = try await Store.open(copy.path).nodeIdentity
        return copy
    }

    private func refusesAndKeeps(_ files: DatabaseFiles, _ location: SourceLocation = #_sourceLocation) async throws {
        let before = try files.all()
        let error = await #expect(throws: StoreError.self, sourceLocation: location) { try await Store.open(files.path) }
        guard case .corrupt = error else { throw try #require(error) }
        #expect(try files.all() == before, "the files are as they were", sourceLocation: location)
    }
}
