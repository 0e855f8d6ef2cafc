import HelioNode
import TestSupport
import Testing

@testable import HelioStore

/// What a synchronisation learned before others announced something else: nobody is told of it before another look.
struct OvertakenTests {
    private static let repository = RepositoryID(9)
    private static let there = MemberID("00000002-0000-4000-8000-000000000002")!

    let directory: TemporaryDirectory
    let store: Store

    init() async throws {
        directory = try TemporaryDirectory()
        store = try await Store.open(directory.path)
        try await store.saveMetadata(upserts: [Samples.metadata(9)])
    }

    private func step(_ from: UInt8, _ to: UInt8) -> RefChange {
        RefChange(name: "refs/heads/main", from: Samples.oid(from), to: Samples.oid(to))
    }

    private func baseline() async throws -> Store.Baseline { try await store.baseline(of: Self.repository) }

    /// - Parameter changes: nil when nobody need be told, `.some(nil)` when nobody knows them.
    private func prepare(_ content: UInt8, held changes: [RefChange]??, since baseline: Store.Baseline? = nil) async throws -> ChangeID {
        let draft = changes.map { HeldDraft(kind: $0 == nil ? .snapshot : .incremental, content: Samples.hash(content), changes: $0) }
        return try await store.prepare(Samples.change(), held: { _ in draft }, since: baseline, at: Samples.time)
    }

    @discardableResult
    private func complete(_ id: ChangeID, _ content: UInt8) async throws -> HeldID? {
        try await store.complete(id, content: Samples.hash(content), head: .symbolic(.main), at: Samples.time)
    }

    @discardableResult
    private func change(_ content: UInt8, held changes: [RefChange]??, since baseline: Store.Baseline? = nil) async throws -> HeldID? {
        try await complete(try await prepare(content, held: changes, since: baseline), content)
    }

    /// A synchronisation that begins now finds nothing newer than the copy.
    private func look() async throws -> StoredHeldChange? {
        guard let held = try await store.confirm(try await baseline(), of: Self.repository) else { return nil }
        return try await store.heldChange(held)
    }

    @discardableResult
    private func adopt(_ number: Int64, _ content: UInt8, _ changes: [RefChange]?) async throws -> Bool {
        let agreed = AgreedAnnouncement(
            event: OutboxEvent(
                webhookID: "id-\(number)", key: "mirror:repo_synchronized", repository: Self.repository, number: number, body: [1],
                endpoints: ["ci"]),
            repository: Self.repository, number: number, content: Samples.hash(content), changes: changes, sender: Self.there,
            isPublished: true)
        return try await store.adopt(agreed, at: Samples.time).isBehind
    }

    /// The first content counts as told.
    private func makeCopy() async throws { try await change(1, held: nil) }

    /// Nothing is told, the announcement is the last one still, and the store says how far the copy is from that.
    private func expectBehind(_ changes: [RefChange]?, _ announcement: Announcement) async throws {
        let difference = ToldState.Difference(changes: changes, isHeld: false)
        #expect(try await store.heldChanges().isEmpty)
        #expect(try await store.told(of: Self.repository) == ToldState(announcement: announcement, difference: difference))
        #expect(try await baseline().isBehind)
    }

    private func expectSettled(_ announcement: Announcement) async throws {
        #expect(try await store.heldChanges().isEmpty)
        #expect(try await store.told(of: Self.repository) == ToldState(announcement: announcement, difference: nil))
    }

    // MARK: Announced while the objects were fetched

    @Test func firstCopy_LearnedBeforeAnAnnouncement_IsToldToNobody() async throws {
        let before = try await baseline()
        #expect(try await !adopt(1, 5, nil), "there is no copy to look at")
        #expect(try await change(2, held: .some(nil), since: before) == nil)
        try await expectBehind(nil, Announcement(number: 1, content: Samples.hash(5)))
        // The next look brings what was announced.
        try await change(5, held: nil, since: try await baseline())
        try await expectSettled(Announcement(number: 1, content: Samples.hash(5)))
    }

    @Test func change_LearnedBeforeAnAnnouncement_IsToldOnceALookFindsNothingNewer() async throws {
        try await makeCopy()
        let before = try await baseline()
        #expect(try await adopt(1, 5, [step(1, 5)]))
        #expect(try await change(2, held: [step(5, 2)], since: before) == nil)
        try await expectBehind([step(5, 2)], Announcement(number: 1, content: Samples.hash(5)))
        #expect(try await store.confirm(before, of: Self.repository) == nil, "it was begun before the announcement")
        #expect(try await store.behindRepositories() == [Self.repository], "whatever becomes of that look")
        #expect(try await look()?.draft.changes == [step(5, 2)])
        #expect(try await store.behindRepositories().isEmpty)
    }

    /// The copy is what was announced last, as before: only the number says that there was something in between.
    @Test func change_LearnedBeforeItWasTakenBack_IsToldToNobody() async throws {
        try await makeCopy()
        let before = try await baseline()
        try await adopt(1, 5, [step(1, 5)])
        #expect(try await !adopt(2, 1, [step(5, 1)]))
        #expect(try await change(5, held: [step(1, 5)], since: before) == nil)
        try await expectBehind([step(1, 5)], Announcement(number: 2, content: Samples.hash(1)))
    }

    /// The change was learned after each of them: the copy held it.
    @Test func change_IsToldAtOnce_WhereWhatWaitedBeforeItWasAnnounced() async throws {
        try await makeCopy()
        try await change(2, held: [step(1, 2)])
        let third = try await change(3, held: [step(1, 3)])
        var before = try await baseline()
        try await adopt(1, 2, [step(1, 2)])
        let fourth = try await change(4, held: [step(2, 4)], since: before)
        #expect(try await store.heldChanges().map(\.id) == [third, fourth])
        before = try await baseline()
        try await adopt(2, 4, [step(2, 4)])
        let fifth = try await change(5, held: [step(4, 5)], since: before)
        #expect(fifth != nil)
        #expect(try await store.heldChanges().map(\.id) == [fifth])
    }

    @Test func copyThatIsFound_AfterAnAnnouncement_IsToldToNobody() async throws {
        let before = try await baseline()
        try await adopt(1, 5, nil)
        let found = try #require(try await store.unannounced(Self.repository, holding: Samples.hash(2)))
        #expect(try await store.hold(found, since: before, at: Samples.time) == nil)
        try await expectBehind(nil, Announcement(number: 1, content: Samples.hash(5)))
        #expect(try await look()?.draft.content == Samples.hash(2))
    }

    @Test func copyThatIsFound_AndWasAnnouncedMeanwhile_IsNotHeld() async throws {
        try await adopt(1, 5, nil)
        let found = try #require(try await store.unannounced(Self.repository, holding: Samples.hash(2)))
        let before = try await baseline()
        try await adopt(2, 2, nil)
        #expect(try await store.hold(found, since: before, at: Samples.time) == nil)
        try await expectSettled(Announcement(number: 2, content: Samples.hash(2)))
    }

    // MARK: Announced while the refs were moved, or before what a crash left is settled

    @Test func preparedChange_BeforeAnAnnouncement_IsToldToNobody() async throws {
        try await makeCopy()
        let id = try await prepare(2, held: [step(1, 2)], since: try await baseline())
        #expect(try await adopt(1, 5, [step(1, 5)]))
        try await adopt(2, 6, [step(5, 6)])
        #expect(try await complete(id, 2) == nil)
        try await expectBehind([step(6, 2)], Announcement(number: 2, content: Samples.hash(6)))
    }

    @Test(arguments: [true, false])
    func silentChange_BeforeAnAnnouncement_IsNotTakenForWhatWasAnnounced(hasCopy: Bool) async throws {
        if hasCopy { try await makeCopy() }
        let id = try await prepare(2, held: nil, since: try await baseline())
        #expect(try await adopt(1, 5, nil))
        #expect(try await complete(id, 2) == nil)
        try await expectBehind(nil, Announcement(number: 1, content: Samples.hash(5)))
        #expect(try await look()?.draft.content == Samples.hash(2))
    }

    @Test func preparedChange_ThatIsAnnouncedAfterSomethingElse_HasNothingToTell() async throws {
        try await makeCopy()
        let id = try await prepare(2, held: .some(nil), since: try await baseline())
        try await adopt(1, 5, [step(1, 5)])
        try await adopt(2, 2, [step(5, 2)])
        #expect(try await complete(id, 2) == nil)
        try await expectSettled(Announcement(number: 2, content: Samples.hash(2)))
    }

    @Test(arguments: [true, false])
    func abandonedChange_LeavesTheCopyBehind_AsItWas(isSilent: Bool) async throws {
        try await makeCopy()
        let id = try await prepare(2, held: isSilent ? nil : [step(1, 2)], since: try await baseline())
        try await adopt(1, 5, [step(1, 5)])
        try await store.abandon(id)
        try await expectBehind([step(5, 1)], Announcement(number: 1, content: Samples.hash(5)))
    }
}
