import HelioNode
import Synchronization
import TestSupport
import Testing

@testable import HelioStore

struct OutboxTests {
    let directory: TemporaryDirectory
    let store: Store

    init() async throws {
        directory = try TemporaryDirectory()
        store = try await Store.open(directory.path)
        try await store.saveMetadata(upserts: [Samples.metadata(9), Samples.metadata(10, slug: "other")])
    }

    private func event(_ number: Int64 = 1, of repository: Int64 = 9, to endpoints: [String] = ["ci"]) -> OutboxEvent {
        OutboxEvent(
            webhookID: "id-\(repository)-\(number)", key: "mirror:repo_synchronized", repository: RepositoryID(repository),
            number: number, body: Array("body \(number)".utf8), endpoints: endpoints)
    }

    /// A change of the repository, done.
    private func change(_ number: Int64, of repository: Int64 = 9, to endpoints: [String] = ["ci"]) async throws {
        let event = event(number, of: repository, to: endpoints)
        let id = try await store.prepare(Samples.change(repository), event: event, at: Samples.time)
        try await store.complete(id, content: Samples.hash(UInt8(number)), head: .symbolic(.main), at: Samples.time)
    }

    // MARK: Announcing

    @Test func event_Waits_UntilItsChangeIsDone() async throws {
        let id = try await store.prepare(Samples.change(), event: event(to: ["ci", "chat"]), at: Samples.time)
        #expect(try await store.heads(of: "ci", limit: 10).isEmpty)
        #expect(try await store.announcement(of: RepositoryID(9)) == nil)
        try await store.complete(id, content: Samples.hash(3), head: .symbolic(.main), at: Samples.time)
        let head = try #require(try await store.heads(of: "ci", limit: 10).first)
        #expect(head.repository == RepositoryID(9) && head.attempts == 0 && head.retry == nil)
        #expect(try await store.heads(of: "chat", limit: 10).count == 1)
        #expect(try await store.announcement(of: RepositoryID(9)) == Announcement(number: 1, content: Samples.hash(3)))
        let content = try #require(try await store.content(of: head.id))
        #expect(content.webhookID == "id-9-1" && content.body == Array("body 1".utf8) && content.key == "mirror:repo_synchronized")
    }

    @Test func event_IsForgotten_WhenItsChangeIsAbandoned() async throws {
        let id = try await store.prepare(Samples.change(), event: event(), at: Samples.time)
        try await store.abandon(id)
        #expect(try await store.heads(of: "ci", limit: 10).isEmpty)
        #expect(try await store.deliveries(nil, limit: 10).isEmpty)
        #expect(try await store.announcement(of: RepositoryID(9)) == nil)
    }

    @Test func event_IsForgotten_WhenItsRepositoryLeavesBeforeTheChangeIsDone() async throws {
        _ = try await store.prepare(Samples.change(), event: event(), at: Samples.time)
        try await store.saveMetadata(upserts: [], deletions: [RepositoryID(9)])
        #expect(try await store.heads(of: "ci", limit: 10).isEmpty)
    }

    @Test func event_IsStillDelivered_WhenItsRepositoryLeavesAfterwards() async throws {
        try await change(1)
        try await store.saveMetadata(upserts: [], deletions: [RepositoryID(9)])
        #expect(try await store.heads(of: "ci", limit: 10).count == 1)
        // If it comes back, what it holds is news, under a number that was never used.
        #expect(try await store.announcement(of: RepositoryID(9)) == Announcement(number: 1, content: nil))
    }

    @Test func silentChange_MovesWhatIsAnnounced_AndKeepsTheNumber() async throws {
        try await change(4)
        let id = try await store.prepare(Samples.change(), at: Samples.time)
        try await store.complete(id, content: Samples.hash(7), head: .symbolic(.main), at: Samples.time)
        #expect(try await store.announcement(of: RepositoryID(9)) == Announcement(number: 4, content: Samples.hash(7)))
        #expect(try await store.deliveries(.pending, limit: 10).count == 1)
    }

    @Test func newRepository_IsToBeAnnounced_OnlyWhereThatWasSaid() async throws {
        try await store.saveMetadata(upserts: [Samples.metadata(9), Samples.metadata(11, slug: "new")], announced: true)
        #expect(try await store.announcement(of: RepositoryID(9)) == nil)
        #expect(try await store.announcement(of: RepositoryID(11)) == Announcement(number: 0, content: nil))
    }

    @Test func unannounced_IsWhatDiffersFromItsRecord_AndAdoptingMakesRecords() async throws {
        try await store.record(.hashed(content: Samples.hash(1), head: .symbolic(.main)), of: RepositoryID(9), at: Samples.time)
        #expect(try await store.unannounced().isEmpty)
        try await store.adoptUnrecorded()
        #expect(try await store.announcement(of: RepositoryID(9)) == Announcement(number: 0, content: Samples.hash(1)))
        #expect(try await store.announcement(of: RepositoryID(10)) == nil)  // no copy
        try await store.record(.hashed(content: Samples.hash(2), head: .symbolic(.main)), of: RepositoryID(9), at: Samples.time)
        let found = try await store.unannounced()
        #expect(found.map(\.content) == [Samples.hash(2)] && found.first?.last == Announcement(number: 0, content: Samples.hash(1)))
        try await store.announce(RepositoryID(9), content: Samples.hash(2), event: event(1), at: Samples.time)
        #expect(try await store.unannounced().isEmpty)
        #expect(try await store.heads(of: "ci", limit: 10).count == 1)
    }

    /// No storm: what a new node finds is told to nobody.
    @Test func tenThousandFirstCopies_AreAdopted_WithoutAnEvent() async throws {
        let ids = 1000..<11_000 as Range<Int64>
        try await store.saveMetadata(upserts: ids.map { try Samples.metadata($0, slug: ByteString("r\($0)")) })
        let copies = ids.map { (RepositoryID($0), CopyReport.hashed(content: Samples.hash(UInt8($0 % 250)), head: .symbolic(.main))) }
        try await store.record(copies, at: Samples.time)
        try await store.adoptUnrecorded()
        #expect(try await store.unannounced().isEmpty)
        #expect(try await store.deliveries(nil, limit: 1).isEmpty)
        #expect(try await store.announcement(of: RepositoryID(10_999)) == Announcement(number: 0, content: Samples.hash(UInt8(10_999 % 250))))
    }

    // MARK: Delivering

    @Test func heads_AreTheOldestOfEachRepository_InPages() async throws {
        for number in 1...3 as ClosedRange<Int64> {
            try await change(number)
            try await change(number, of: 10)
        }
        try await store.post([
            OutboxEvent(webhookID: "state", key: "mirror:state_changed", repository: nil, body: [0x7B, 0x7D], endpoints: ["ci"])
        ], at: Samples.time)
        let heads = try await store.heads(of: "ci", limit: 10)
        #expect(heads.map(\.repository.value) == [0, 9, 10])
        #expect(try await store.content(of: heads[1].id)?.webhookID == "id-9-1")
        #expect(try await store.heads(of: "ci", limit: 2).map(\.repository.value) == [0, 9])
        #expect(try await store.heads(of: "ci", after: RepositoryID(9), limit: 2).map(\.repository.value) == [10])
        #expect(try await store.heads(of: "elsewhere", limit: 10).isEmpty)
    }

    @Test func delivered_GivesTheNextOfItsRepository() async throws {
        try await change(1)
        try await change(2)
        try await change(1, of: 10)
        let first = try #require(try await store.heads(of: "ci", limit: 1).first)
        let next = try await store.note([DeliveryResult(id: first.id, outcome: .delivered, status: 204, error: nil)], at: Samples.time)
        #expect(try await store.content(of: try #require(next[first.id]).id)?.webhookID == "id-9-2")
        let last = try await store.note(
            [DeliveryResult(id: try #require(next[first.id]).id, outcome: .dead(attempts: 3), status: 400, error: "refused")], at: Samples.time)
        #expect(last.isEmpty)
        #expect(try await store.deliveries(.delivered, limit: 10).map(\.webhookID) == ["id-9-1"])
        let dead = try #require(try await store.deliveries(.dead, limit: 10).first)
        #expect(dead.attempts == 3 && dead.status == 400 && dead.error == "refused" && dead.endpoint == "ci")
        #expect(try await store.outboxCounts(of: ["ci", "x"]) == OutboxCounts(pending: 1, dead: 1, oldest: Samples.time))
        #expect(try await store.outboxCounts(of: []) == OutboxCounts(pending: 0, dead: 1, oldest: nil))
    }

    @Test func failed_StaysTheHead_WithWhenItMayGoAgain() async throws {
        try await change(1)
        try await change(2)
        let head = try #require(try await store.heads(of: "ci", limit: 1).first)
        let outcome = DeliveryResult.Outcome.retry(after: .seconds(30), attempts: 2, refusals: 1)
        let next = try await store.note([DeliveryResult(id: head.id, outcome: outcome, status: nil, error: "timed out")], at: Samples.time)
        #expect(next.isEmpty)
        let again = try #require(try await store.heads(of: "ci", limit: 1).first)
        #expect(again.id == head.id && again.attempts == 2 && again.refusals == 1)
        #expect(again.retry == DeliveryHead.Retry(failedAt: Samples.time, delay: .seconds(30)))
        #expect(try await store.successor(of: head.id)?.attempts == 0)
    }

    @Test func redelivery_SendsTheSameAgain_OnceItWasOver() async throws {
        try await change(1)
        let head = try #require(try await store.heads(of: "ci", limit: 1).first)
        #expect(try await store.redeliver(head.id, toOneOf: ["ci"]) == nil)
        _ = try await store.note([DeliveryResult(id: head.id, outcome: .dead(attempts: 11), status: 500, error: "no")], at: Samples.time)
        #expect(try await store.redeliver(head.id, toOneOf: ["other"]) == nil)
        #expect(try await store.redeliver(head.id, toOneOf: ["ci"])?.endpoint == "ci")
        #expect(try await store.heads(of: "ci", limit: 1).first == DeliveryHead(id: head.id, repository: RepositoryID(9), retry: nil))
        #expect(try await store.redeliver(DeliveryID(4711), toOneOf: ["ci"]) == nil)
    }

    @Test func pruning_RemovesWhatIsOver_AndNothingElse() async throws {
        for number in 1...4 as ClosedRange<Int64> { try await change(number) }
        let ids = try await store.deliveries(.pending, limit: 10).map(\.id).sorted()
        _ = try await store.note([DeliveryResult(id: ids[0], outcome: .delivered, status: 200, error: nil)], at: Samples.time)
        _ = try await store.note([DeliveryResult(id: ids[1], outcome: .dead(attempts: 1), status: 410, error: nil)], at: Samples.time)
        _ = try await store.note([DeliveryResult(id: ids[2], outcome: .delivered, status: 200, error: nil)], at: Samples.time(plus: 100))
        #expect(try await store.pruneDeliveries(before: Samples.time, limit: 10) == 0)
        #expect(try await store.pruneDeliveries(before: Samples.time(plus: 1), limit: 1) == 1)
        #expect(try await store.pruneDeliveries(before: Samples.time(plus: 1), limit: 10) == 1)
        #expect(try await store.deliveries(nil, limit: 10).map(\.id).sorted() == [ids[2], ids[3]])
        #expect(try await store.content(of: ids[0]) == nil)
    }

    @Test func pruning_RemovesWhatWaits_ForAnEndpointThatIsNoMore() async throws {
        try await change(1, to: ["ci", "gone"])
        try await change(2, to: ["gone"])
        #expect(try await store.pruneDeliveries(ofOthersThan: { ["ci"] }, before: Samples.time, limit: 10) == 0)
        #expect(try await store.pruneDeliveries(ofOthersThan: { ["ci", "gone"] }, before: Samples.time(plus: 1), limit: 10) == 0)
        #expect(try await store.pruneDeliveries(ofOthersThan: { ["ci"] }, before: Samples.time(plus: 1), limit: 10) == 2)
        #expect(try await store.deliveries(nil, limit: 10).map(\.endpoint) == ["ci"])
    }

    @Test func pruning_LeavesWhatWaits_ForAnEndpointThatComesBackMeanwhile() async throws {
        try await change(1, to: ["gone"])
        let asked = Mutex(0)
        let names: @Sendable () -> [String] = {
            asked.withLock { asked in
                asked += 1
                return asked == 1 ? [] : ["gone"]
            }
        }
        _ = try await store.pruneDeliveries(ofOthersThan: names, before: Samples.time(plus: 1), limit: 10)
        #expect(try await store.heads(of: "gone", limit: 10).count == 1)
    }

    @Test func contentWithoutARecord_CountsAsAnnounced_UnlessTheFirstIsToldToo() async throws {
        let (repository, content) = (RepositoryID(9), Samples.hash(3))
        #expect(try await store.unannounced(repository, holding: content) == nil)
        let found = try #require(try await store.unannounced(repository, holding: content, tellsFirst: true))
        #expect(found.content == content && found.last == Announcement(number: 0, content: nil))
        try await store.announce(repository, content: content, event: event(), at: Samples.time)
        #expect(try await store.unannounced(repository, holding: content, tellsFirst: true) == nil)
        #expect(try await store.unannounced(repository, holding: Samples.hash(4))?.last.number == 1)
    }

    @Test func closedEndpoint_StaysClosedOverARestart_UntilReopened() async throws {
        try await store.closeEndpoint("ci", url: "http://127.0.0.1:9/hook", at: Samples.time)
        #expect(try await store.closedEndpoints() == ["ci": "http://127.0.0.1:9/hook"])
        try await store.reopenEndpoint("ci")
        #expect(try await store.closedEndpoints().isEmpty)
    }
}
