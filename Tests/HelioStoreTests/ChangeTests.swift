import GRDB
import HelioNode
import TestSupport
import Testing

@testable import HelioStore

struct ChangeTests {
    let directory: TemporaryDirectory
    let store: Store

    init() async throws {
        directory = try TemporaryDirectory()
        store = try await Store.open(directory.path)
    }

    @Test func preparedChange_IsOutstanding_UntilCompleted() async throws {
        try await store.saveMetadata(upserts: [Samples.metadata(9)])
        let change = try Samples.change()
        try await store.record(.failed(Failure(.dns, "no"), count: 2, quarantined: true), of: change.repository, at: Samples.time)
        let id = try await store.prepare(change, at: Samples.time)
        #expect(
            try await store.outstandingChanges() == [
                OutstandingChange(id: id, repository: change.repository, preparedAt: Samples.time, change: change)
            ])
        try await store.complete(
            id, content: Samples.hash(3), head: .symbolic("refs/heads/next"), metadata: Samples.hash(4), at: Samples.time(plus: 1))
        #expect(try await store.outstandingChanges().isEmpty)
        let expected = StoredRepository(
            repository: try Samples.repository(9, defaultBranch: "refs/heads/next"), metadata: Samples.hash(4),
            content: Samples.hash(3), head: .symbolic("refs/heads/next"), hasCopy: true, initialSync: Samples.time(plus: 1),
            lastSync: Samples.time(plus: 1))
        #expect(try await store.loadCatalogue() == [expected])
    }

    @Test func completion_ChangesNothing_WhenChangeIsNotOutstanding() async throws {
        try await store.saveMetadata(upserts: [Samples.metadata(9)])
        let id = try await store.prepare(Samples.change(), at: Samples.time)
        try await store.abandon(id)
        await #expect(throws: StoreError.unknownChange(id)) {
            try await store.complete(id, content: Samples.hash(3), head: .symbolic(.main), at: Samples.time)
        }
        await #expect(throws: StoreError.unknownChange(id)) { try await store.abandon(id) }
        #expect(try await store.loadCatalogue().first?.hasCopy == false)
    }

    @Test func changeID_IsNeverUsedTwice() async throws {
        let first = try await store.prepare(Samples.change(), at: Samples.time)
        try await store.abandon(first)
        #expect(try await store.prepare(Samples.change(), at: Samples.time) != first)
    }

    @Test func write_Happens_WhenCallerIsCancelled() async throws {
        let store = store
        let change = try Samples.change()
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            return try await store.prepare(change, at: Samples.time)
        }
        task.cancel()
        let id = try await task.value
        #expect(try await store.outstandingChanges().map(\.id) == [id])
    }

    @Test func damagedChange_IsListedWithoutContent_AndCanBeAbandoned() async throws {
        let id = try await store.prepare(Samples.change(), at: Samples.time)
        try await store.write { try $0.execute(sql: "UPDATE prepared_change SET change = x'0100'") }
        let outstanding = try await store.outstandingChanges()
        #expect(outstanding.map(\.change) == [nil])
        #expect(outstanding.map(\.repository) == [RepositoryID(9)])
        try await store.abandon(id)
        #expect(try await store.outstandingChanges().isEmpty)
    }

    @Test func mixedObjectFormats_AreRefused() async throws {
        let refs = [Ref(name: "refs/heads/a", target: Samples.oid(1, .sha256))]
        let change = PreparedChange(
            repository: RepositoryID(1), name: try RepositoryName("P/r"), kind: .snapshot, old: nil,
            new: RefSnapshot(format: .sha1, refs: refs, head: .symbolic(.main)))
        await #expect(throws: StoreError.unstorableChange(.mixedFormats)) { try await store.prepare(change, at: Samples.time) }
    }
}
