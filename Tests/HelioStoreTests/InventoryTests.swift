import GRDB
import HelioNode
import TestSupport
import Testing

@testable import HelioStore

struct InventoryTests {
    let directory: TemporaryDirectory
    let store: Store

    init() async throws {
        directory = try TemporaryDirectory()
        store = try await Store.open(directory.path)
        try await store.saveMetadata(upserts: [Samples.metadata(9), Samples.metadata(10, slug: "other")])
    }

    /// A change of the repository, done.
    private func change(_ repository: Int64, refs: Int?, content: UInt8 = 3) async throws {
        let id = try await store.prepare(Samples.change(repository), at: Samples.time)
        try await store.complete(id, content: Samples.hash(content), head: .symbolic(.main), refs: refs, at: Samples.time)
    }

    private func total() async throws -> [Int] {
        let total = try await store.refTotal()
        return [total.refs, total.uncounted]
    }

    // MARK: Refs

    @Test func refs_AreThoseOfAllCopies_AsTheirLastChangesLeftThem() async throws {
        #expect(try await total() == [0, 0], "what has no copy has no refs")
        try await change(9, refs: 5)
        try await change(10, refs: 7)
        #expect(try await total() == [12, 0])
        try await change(9, refs: 0)
        #expect(try await total() == [7, 0])
        try await store.record(.hashed(content: Samples.hash(4), head: .symbolic(.main), refs: 2), of: RepositoryID(9), at: Samples.time)
        #expect(try await total() == [9, 0])
        try await store.record(.lost, of: RepositoryID(10), at: Samples.time)
        #expect(try await total() == [2, 0])
        try await store.saveMetadata(upserts: [], deletions: [RepositoryID(9)])
        #expect(try await total() == [0, 0])
    }

    @Test func copyThatNobodyCounted_IsSaidToBeMissing_AndAnOldCountIsNotKept() async throws {
        try await change(9, refs: 5)
        try await change(10, refs: nil)
        #expect(try await total() == [5, 1])
        try await store.record(.hashed(content: Samples.hash(4), head: .symbolic(.main)), of: RepositoryID(9), at: Samples.time)
        #expect(try await total() == [0, 2])
    }

    /// What lay on disk before refs were counted is found and counted, once, and only as what it still is.
    @Test func copyFromBefore_IsCountedLater() async throws {
        for id in [9, 10] as [Int64] { try await change(id, refs: nil, content: UInt8(id)) }
        let first = try await store.uncountedCopies(after: nil, limit: 1)
        #expect(first.map(\.repository) == [RepositoryID(9)])
        #expect(first.map(\.name) == [try RepositoryName("P0/repo")])
        #expect(try await store.uncountedCopies(after: RepositoryID(9), limit: 5).map(\.repository) == [RepositoryID(10)])
        try await store.note(refs: 3, of: RepositoryID(9), content: Samples.hash(10))
        #expect(try await total() == [0, 2], "it holds something else by now")
        try await store.note(refs: 3, of: RepositoryID(9), content: Samples.hash(9))
        #expect(try await total() == [3, 1])
        try await store.note(refs: 4, of: RepositoryID(9), content: Samples.hash(9))
        #expect(try await total() == [3, 1], "a change has counted it meanwhile")
        #expect(try await store.uncountedCopies(after: nil, limit: 5).map(\.repository) == [RepositoryID(10)])
    }

    @Test func databaseFromBefore_HasCopiesThatNobodyCounted() async throws {
        let path = directory.path + "/old"
        _ = try DatabaseFiles.empty(at: path)
        let old = try DatabaseQueue(path: path + "/heliostat.db")
        try await old.write { try $0.execute(sql: "PRAGMA application_id = \(Schema.applicationID)") }
        try Schema.migrator.migrate(old, upTo: "3: announcements, outbox")
        try await old.write { db in
            try db.execute(sql: "INSERT INTO project (id, key, name, public) VALUES (7, x'50', x'50', 1)")
            let insert = """
                INSERT INTO repository (id, project_id, slug, name, public, has_copy, content_hash) VALUES (?, 7, x'72', x'72', 1, ?, ?)
                """
            try db.execute(sql: insert, arguments: [1, true, Columns.hash(Samples.hash(1))])
            try db.execute(sql: insert, arguments: [2, false, nil])
        }
        try old.close()
        let store = try await Store.open(path)
        #expect(try await store.refTotal() == Store.RefTotal(refs: 0, uncounted: 1))
        #expect(try await store.uncountedCopies(after: nil, limit: 5).map(\.repository) == [RepositoryID(1)])
    }

    // MARK: Hashes, deliveries

    @Test func unknownHashes_AreThoseOfCopies() async throws {
        #expect(try await store.unknownHashCount() == 0)
        try await store.record(.hashed(content: .unknown, head: .symbolic(.main), refs: 1), of: RepositoryID(9), at: Samples.time)
        #expect(try await store.unknownHashCount() == 1)
        try await change(9, refs: 1)
        #expect(try await store.unknownHashCount() == 0)
    }

    @Test func deliveries_AreCounted_WhoeverIsToSendThem() async throws {
        let event = { (number: Int64) in
            OutboxEvent(
                webhookID: "id-\(number)", key: "mirror:repo_synchronized", repository: RepositoryID(9), number: number, body: [1],
                endpoints: ["ci", "chat"])
        }
        try await store.post([event(1), event(2)], at: Samples.time)
        try await store.write { try $0.execute(sql: "UPDATE delivery SET state = 'standby' WHERE event_id = 2") }
        #expect(try await store.waitingDeliveryCount(to: ["ci", "chat"]) == 4)
        #expect(try await store.waitingDeliveryCount(to: ["ci"]) == 2)
        #expect(try await store.waitingDeliveryCount(to: []) == 0)
        #expect(try await store.deadDeliveryCount() == 0)
        let head = try #require(try await store.heads(of: "ci", limit: 1).first)
        _ = try await store.note([DeliveryResult(id: head.id, outcome: .dead(attempts: 1), status: 400, error: nil)], at: Samples.time)
        #expect(try await store.waitingDeliveryCount(to: ["ci"]) == 1)
        #expect(try await store.deadDeliveryCount() == 1)
    }
}
