import GRDB
import HelioNode
import TestSupport
import Testing

@testable import HelioStore

/// What waits to be told by the farm, and how it is led on by what others announce.
struct HeldTests {
    private static let repository = RepositoryID(9)
    private static let here = MemberID("00000001-0000-4000-8000-000000000001")!
    private static let there = MemberID("00000002-0000-4000-8000-000000000002")!

    let directory: TemporaryDirectory
    let store: Store

    init() async throws {
        directory = try TemporaryDirectory()
        store = try await Store.open(directory.path)
        try await store.saveMetadata(upserts: [Samples.metadata(9)])
        // The first content counts as told.
        try await complete(1, held: nil)
    }

    private func step(_ from: UInt8, _ to: UInt8) -> RefChange {
        RefChange(name: "refs/heads/main", from: Samples.oid(from), to: Samples.oid(to))
    }

    @discardableResult
    private func complete(_ content: UInt8, held changes: [RefChange]??) async throws -> HeldID? {
        let draft = changes.map { HeldDraft(kind: .incremental, content: Samples.hash(content), changes: $0) }
        let id = try await store.prepare(Samples.change(), held: { _ in draft }, at: Samples.time)
        return try await store.complete(id, content: Samples.hash(content), head: .symbolic(.main), at: Samples.time)
    }

    private func agreed(
        _ number: Int64, _ content: UInt8, _ changes: [RefChange]?, by sender: MemberID = there, to endpoints: [String] = ["ci"],
        isPublished: Bool = true
    ) -> AgreedAnnouncement {
        AgreedAnnouncement(
            event: OutboxEvent(
                webhookID: "id-\(number)", key: "mirror:repo_synchronized", repository: Self.repository, number: number, body: [1],
                endpoints: endpoints),
            repository: Self.repository, number: number, content: Samples.hash(content), changes: changes, sender: sender,
            isPublished: isPublished)
    }

    private func changes(_ id: HeldID?) async throws -> [RefChange]? {
        guard let id else { return nil }
        return try await store.heldChange(id)?.draft.changes
    }

    @Test func change_IsHeld_OnceItsRefsHaveMoved() async throws {
        let draft = HeldDraft(kind: .incremental, content: Samples.hash(2), changes: [step(1, 2)])
        let id = try await store.prepare(Samples.change(), held: { _ in draft }, at: Samples.time)
        #expect(try await store.heldChanges().isEmpty)
        #expect(try await store.heldContents(of: Self.repository).isEmpty)
        let held = try await store.complete(id, content: Samples.hash(2), head: .symbolic(.main), at: Samples.time)
        #expect(try await store.heldChanges().map(\.id) == [held])
        #expect(try await store.heldContents(of: Self.repository) == [Samples.hash(2)])
        #expect(try await store.announcement(of: Self.repository)?.content == Samples.hash(1))
        #expect(try await changes(held) == [step(1, 2)])
    }

    @Test func abandonedChange_IsHeldNoMore() async throws {
        let draft = HeldDraft(kind: .incremental, content: Samples.hash(2), changes: [step(1, 2)])
        try await store.abandon(try await store.prepare(Samples.change(), held: { _ in draft }, at: Samples.time))
        #expect(try await store.heldChanges().isEmpty)
        #expect(try await store.told(of: Self.repository).difference == nil)
    }

    @Test func announcementOfOneOfThem_LeadsTheRestOn() async throws {
        try await complete(2, held: [step(1, 2)])
        let second = try await complete(3, held: [step(1, 3)])
        let (isNew, remaining, isBehind) = try await store.adopt(agreed(1, 2, nil), at: Samples.time)
        #expect(isNew && !isBehind && remaining == [second])
        #expect(try await changes(second) == [step(2, 3)])
        let again = try await store.adopt(agreed(1, 2, nil), at: Samples.time)
        #expect(!again.isNew && again.remaining == [second])
    }

    @Test func announcementOfSomethingElse_LeavesWhatASynchronisationHasToSettle() async throws {
        try await complete(2, held: [step(1, 2)])
        let (_, remaining, isBehind) = try await store.adopt(agreed(1, 5, [step(1, 5)]), at: Samples.time)
        #expect(remaining.isEmpty && isBehind)
        #expect(try await store.heldContents(of: Self.repository).isEmpty)
        #expect(try await store.told(of: Self.repository).difference == .init(changes: [step(5, 2)], isHeld: false))
        // The upstream has what the copy has: the copy is newer.
        let held = try await store.confirm(try await store.baseline(of: Self.repository), of: Self.repository)
        #expect(try await changes(held) == [step(5, 2)])
    }

    @Test func behindCopy_ThatCatchesUp_HasNothingToTell() async throws {
        try await store.adopt(agreed(1, 5, [step(1, 5)]), at: Samples.time)
        #expect(try await store.told(of: Self.repository).difference == .init(changes: [step(5, 1)], isHeld: false))
        try await complete(5, held: nil)
        #expect(try await store.told(of: Self.repository).difference == nil)
        #expect(try await store.announcement(of: Self.repository) == Announcement(number: 1, content: Samples.hash(5)))
    }

    @Test func staleConfirmation_IsRefused() async throws {
        try await store.adopt(agreed(1, 5, [step(1, 5)]), at: Samples.time)
        let baseline = try await store.baseline(of: Self.repository)
        #expect(baseline.isBehind)
        try await store.adopt(agreed(2, 6, [step(5, 6)]), at: Samples.time)
        #expect(try await store.confirm(baseline, of: Self.repository) == nil)
    }

    @Test func missedAnnouncement_MakesASnapshot() async throws {
        let held = try await complete(2, held: [step(1, 2)])
        try await store.adopt(agreed(7, 6, [step(5, 6)]), at: Samples.time)
        #expect(try await changes(held) == nil)
        #expect(try await store.told(of: Self.repository).difference == .init(changes: nil, isHeld: false))
        #expect(try await store.announcement(of: Self.repository)?.number == 7)
    }

    /// A node that joined since the last announcement, which is what it found first.
    @Test func announcementOfBeforeThisNodeCame_ChangesNothingThatIsHeld() async throws {
        let held = try await complete(2, held: [step(1, 2)])
        let (remaining, isBehind) = try await store.catchUp(Self.repository, number: 7, content: Samples.hash(1), at: Samples.time)
        #expect(remaining == [held].compactMap { $0 } && !isBehind)
        #expect(try await changes(held) == [step(1, 2)])
        #expect(try await store.announcement(of: Self.repository) == Announcement(number: 7, content: Samples.hash(1)))
        // Later it might be the newer one.
        let later = try await store.catchUp(Self.repository, number: 9, content: Samples.hash(1), at: Samples.time)
        #expect(later.remaining.isEmpty && later.isBehind)
    }

    /// Away and back: what is back may be what was announced.
    @Test func announcementOfWhatIsHeld_IsIt_ThoughThisNodeFoundTheSameFirst() async throws {
        try await complete(2, held: [step(1, 2)])
        try await complete(1, held: [])
        let (remaining, isBehind) = try await store.catchUp(Self.repository, number: 7, content: Samples.hash(1), at: Samples.time)
        #expect(remaining.isEmpty && !isBehind)
    }

    /// A change that was made while its repository left the upstream.
    @Test func changeOfARemovedRepository_IsForgotten() async throws {
        let held = try #require(try await complete(2, held: [step(1, 2)]))
        #expect(try await store.forgetHeldChanges(ofRemoved: Self.repository) == [held], "it is mirrored")
        try await store.saveMetadata(upserts: [], deletions: [Self.repository])
        try await complete(3, held: [step(1, 3)])
        #expect(try await store.heldChanges().count == 1)
        #expect(try await store.forgetHeldChanges(ofRemoved: Self.repository).isEmpty)
        #expect(try await store.heldChanges().isEmpty)
    }

    // MARK: Who sends

    @Test func event_StandsBy_UntilItIsReleasedOrDelivered() async throws {
        try await store.adopt(agreed(1, 5, nil), at: Samples.time)
        #expect(try await store.heads(of: "ci", limit: 9).isEmpty)
        #expect(try await store.orphans(present: [Self.there], at: Samples.time).isEmpty)
        let orphans = try await store.orphans(present: [], at: Samples.time(plus: 60))
        #expect(orphans == [Orphan(repository: Self.repository, sender: Self.there, age: .seconds(60))])
        #expect(try await store.release(Self.repository) == ["ci"])
        let head = try #require(try await store.heads(of: "ci", limit: 9).first)
        #expect(try await store.announced(by: head.id)?.number == 1)
        try await store.settleStandby(Self.repository, number: 1, endpoint: "ci", by: Self.there, at: Samples.time)
        #expect(try await store.heads(of: "ci", limit: 9).isEmpty)
    }

    /// Who sends an event has sent its own before it. Of an earlier sender's it may have had none.
    @Test func deliveryOfAnother_SettlesWhatThatOneWasToSend_AndNoMore() async throws {
        for (number, sender) in [(1, Self.there), (2, Self.here), (3, Self.here), (4, Self.here)] as [(Int64, MemberID)] {
            try await store.adopt(agreed(number, UInt8(number) + 4, nil, by: sender), at: Samples.time)
        }
        try await store.settleStandby(Self.repository, number: 3, endpoint: "ci", by: Self.here, at: Samples.time)
        #expect(try await store.deliveries(.standby, limit: 9).map(\.webhookID) == ["id-4", "id-1"])
        try await store.settleStandby(Self.repository, number: 1, endpoint: "ci", by: Self.here, at: Samples.time)
        #expect(try await store.deliveries(.standby, limit: 9).map(\.webhookID) == ["id-4"])
    }

    /// What others send goes on standing by.
    @Test func eventsOfOneSender_AreTaken_AndNobodyElses() async throws {
        for (number, sender) in [(1, Self.there), (2, Self.here), (3, Self.there)] as [(Int64, MemberID)] {
            try await store.adopt(agreed(number, UInt8(number) + 4, nil, by: sender), at: Samples.time)
        }
        #expect(try await store.takenOver(by: Self.here).isEmpty)
        let claim = Claim(Self.repository, of: Self.there)
        #expect(try await store.takeOver(claim) == ["ci"])
        #expect(try await store.takenOver(by: Self.here) == [claim])
        #expect(try await store.takenOver(by: Self.there).isEmpty)
        #expect(try await store.deliveries(.standby, limit: 9).map(\.webhookID) == ["id-2"])
        #expect(try await store.release(Self.repository) == ["ci"])
    }

    // MARK: What the coordinator is reminded of

    private func last(_ number: Int64, _ content: UInt8, by sender: MemberID? = nil) -> [LastAnnouncement] {
        [LastAnnouncement(repository: Self.repository, number: number, content: Samples.hash(content), sender: sender)]
    }

    @Test func lastAnnouncement_IsToldWithItsSender_WhileItWaitsHere() async throws {
        let asked: Set = [Self.repository, RepositoryID(10)]
        #expect(try await store.lastAnnouncements(of: asked).isEmpty, "nothing was ever announced")
        try await store.adopt(agreed(1, 5, nil, to: ["ci", "chat"]), at: Samples.time)
        try await store.adopt(agreed(2, 6, nil, by: Self.here, to: ["ci", "chat"]), at: Samples.time)
        #expect(try await store.lastAnnouncements(of: []).isEmpty)
        #expect(try await store.lastAnnouncements(of: asked) == last(2, 6, by: Self.here))
        try await store.settleStandby(Self.repository, number: 2, endpoint: "ci", by: Self.here, at: Samples.time)
        #expect(try await store.lastAnnouncements(of: asked) == last(2, 6, by: Self.here))
        try await store.settleStandby(Self.repository, number: 2, endpoint: "chat", by: Self.here, at: Samples.time)
        #expect(try await store.lastAnnouncements(of: asked) == last(2, 6), "what is older stands by for another")
        _ = try await store.catchUp(Self.repository, number: 9, content: Samples.hash(7), at: Samples.time)
        #expect(try await store.lastAnnouncements(of: asked) == last(9, 7))
    }

    /// What comes after it must not overtake it.
    @Test func lastAnnouncement_IsToldWithItsSender_WhileThatOneIsSendingIt() async throws {
        try await store.adopt(agreed(1, 5, nil, by: Self.here, to: ["ci", "chat"]), at: Samples.time)
        _ = try await store.release(Self.repository)
        #expect(try await store.lastAnnouncements(of: [Self.repository]) == last(1, 5, by: Self.here))
        for endpoint in ["chat", "ci"] {
            #expect(try await store.lastAnnouncements(of: [Self.repository]) == last(1, 5, by: Self.here))
            let id = try #require(try await store.heads(of: endpoint, limit: 9).first?.id)
            _ = try await store.note([DeliveryResult(id: id, outcome: .delivered, status: 200, error: nil)], at: Samples.time)
        }
        #expect(try await store.lastAnnouncements(of: [Self.repository]) == last(1, 5))
    }

    /// Else its own number would be taken when it comes to be told.
    @Test func lastAnnouncement_IsNotTold_BeforeItIsPublished() async throws {
        try await store.adopt(agreed(1, 5, nil), at: Samples.time)
        try await store.adopt(agreed(2, 6, nil, by: Self.here, to: [], isPublished: false), at: Samples.time)
        #expect(try await store.lastAnnouncements(of: [Self.repository]).isEmpty)
        try await store.setPublished(Self.repository, number: 2)
        #expect(try await store.lastAnnouncements(of: [Self.repository]) == last(2, 6))
    }

    /// No endpoint here wants it: nothing would ever remove it.
    @Test func event_IsNotKept_ForNobody() async throws {
        try await store.adopt(agreed(1, 5, nil, to: []), at: Samples.time)
        #expect(try await store.announcement(of: Self.repository)?.number == 1)
        #expect(try events() == 0)
        try await store.adopt(agreed(2, 6, nil, by: Self.here, to: [], isPublished: false), at: Samples.time)
        #expect(try await store.unpublished().map(\.number) == [2])
        try await store.setPublished(Self.repository, number: 2)
        #expect(try events() == 0)
    }

    /// What nobody takes would come before everything else that the farm is to know, for ever.
    @Test func listThatIsTooLong_IsNotPublished() async throws {
        let name = "refs/heads/" + String(repeating: "x", count: 900)
        let changes = (0..<1500).map { number in
            RefChange(name: RefName(ByteString("\(name)\(number)")), from: Samples.oid(1), to: Samples.oid(2))
        }
        try await store.adopt(agreed(1, 5, changes, by: Self.here, isPublished: false), at: Samples.time)
        try await store.adopt(agreed(2, 6, [step(5, 6)], by: Self.here, isPublished: false), at: Samples.time)
        let unpublished = try await store.unpublished()
        #expect(unpublished.map(\.number) == [1, 2])
        #expect(unpublished.map { $0.changes == nil } == [true, false])
    }

    private func events() throws -> Int? {
        let database = try DatabaseQueue(path: directory.path + "/heliostat.db")
        return try database.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM event") }
    }

    /// What a node has to tell since it was by itself, the farm's nodes know nothing of.
    @Test func deliveryOfAnother_SettlesNothingOfOurOwn() async throws {
        let own = OutboxEvent(
            webhookID: "own", key: "mirror:repo_synchronized", repository: Self.repository, number: 1, body: [1], endpoints: ["ci"])
        try await store.post([own], at: Samples.time)
        try await store.settleStandby(Self.repository, number: 9, endpoint: "ci", by: Self.there, at: Samples.time)
        #expect(try await store.heads(of: "ci", limit: 9).count == 1)
    }

    @Test func whatWasToBeSent_StandsByAfterARestart() async throws {
        try await store.adopt(agreed(1, 5, nil, by: Self.here), at: Samples.time)
        _ = try await store.release(Self.repository)
        try await store.holdBack()
        #expect(try await store.heads(of: "ci", limit: 9).isEmpty)
        try await store.releaseAll()
        #expect(try await store.heads(of: "ci", limit: 9).count == 1)
    }

    /// Announced in an outage; then the node is taken out of the farm.
    @Test func whatTheFarmWasToKnow_IsForgotten_WhenThereIsNone() async throws {
        try await store.adopt(agreed(1, 5, nil, by: Self.here, to: [], isPublished: false), at: Samples.time)
        try await store.adopt(agreed(2, 6, nil, by: Self.here, isPublished: false), at: Samples.time)
        #expect(try events() == 2)
        try await store.releaseAll()
        #expect(try await store.unpublished().isEmpty)
        #expect(try events() == 1)
        let id = try #require(try await store.heads(of: "ci", limit: 9).first?.id)
        _ = try await store.note([DeliveryResult(id: id, outcome: .delivered, status: 200, error: nil)], at: Samples.time)
        #expect(try await store.pruneDeliveries(before: Samples.time(plus: 1), limit: 9) == 1)
        #expect(try events() == 0)
    }

    /// Away and back again while the farm could not be told; then the node is taken out of it.
    @Test func whatAMemberHeld_IsForgotten_ByANodeByItself() async throws {
        try await complete(2, held: [step(1, 2)])
        try await complete(1, held: [])
        try await store.forgetHeldChanges()
        let event = OutboxEvent(
            webhookID: "id", key: "mirror:repo_synchronized", repository: Self.repository, number: 1, body: [1], endpoints: ["ci"])
        let id = try await store.prepare(Samples.change(), event: event, at: Samples.time)
        try await store.complete(id, content: Samples.hash(3), head: .symbolic(.main), at: Samples.time)
        #expect(try await store.heads(of: "ci", limit: 9).count == 1)
        #expect(try await store.announcement(of: Self.repository)?.content == Samples.hash(3))
    }

    /// Its refs had not moved when the node was taken out of the farm, and do with the next change.
    @Test func whatAMemberPrepared_DoesNotKeepBack_WhatANodeByItselfTells() async throws {
        let draft = HeldDraft(kind: .incremental, content: Samples.hash(2), changes: [step(1, 2)])
        let earlier = try await store.prepare(Samples.change(), held: { _ in draft }, at: Samples.time)
        try await store.forgetHeldChanges()
        try await store.complete(earlier, content: Samples.hash(2), head: .symbolic(.main), at: Samples.time)
        let event = OutboxEvent(
            webhookID: "id", key: "mirror:repo_synchronized", repository: Self.repository, number: 1, body: [1], endpoints: ["ci"])
        let id = try await store.prepare(Samples.change(), event: event, at: Samples.time)
        #expect(try await store.complete(id, content: Samples.hash(3), head: .symbolic(.main), at: Samples.time) == nil)
        #expect(try await store.heads(of: "ci", limit: 9).count == 1)
        #expect(try await store.heldChanges(of: Self.repository).isEmpty)
        #expect(try await store.announcement(of: Self.repository)?.content == Samples.hash(3))
    }

    /// A node that the farm does not take announces nothing, for as long as that may be.
    @Test func lastChange_StandsForThoseBeforeIt() async throws {
        #expect(try await store.keepLastHeldChange(of: Self.repository).isEmpty)
        for content in 2...5 as ClosedRange<UInt8> { try await complete(content, held: [step(1, content)]) }
        let draft = HeldDraft(kind: .incremental, content: Samples.hash(6), changes: [step(1, 6)])
        let prepared = try await store.prepare(Samples.change(), held: { _ in draft }, at: Samples.time)
        let last = try #require(try await store.heldChanges().last)
        #expect(try await store.keepLastHeldChange(of: Self.repository) == [last.id])
        #expect(try await store.heldChanges() == [last] && last.draft.changes == [step(1, 5)])
        let next = try await store.complete(prepared, content: Samples.hash(6), head: .symbolic(.main), at: Samples.time)
        #expect(try await changes(next) == [step(1, 6)], "its refs had not moved")
        // The farm has announced one that is not held any more.
        try await store.adopt(agreed(1, 3, [step(1, 3)]), at: Samples.time)
        let told = try await store.told(of: Self.repository)
        #expect(told.difference == .init(changes: [step(3, 6)], isHeld: false))
    }

    @Test func changeWhoseRefsHaveNotMoved_IsNotForgotten() async throws {
        let draft = HeldDraft(kind: .incremental, content: Samples.hash(2), changes: [step(1, 2)])
        let id = try await store.prepare(Samples.change(), held: { _ in draft }, at: Samples.time)
        try await store.forgetHeldChanges()
        let held = try await store.complete(id, content: Samples.hash(2), head: .symbolic(.main), at: Samples.time)
        #expect(try await changes(held) == [step(1, 2)])
    }

    /// What a person wants sent again, nobody else has sent, and it waits for no farm.
    @Test func redelivery_IsOfThisNodeAlone() async throws {
        try await store.adopt(agreed(1, 5, nil, to: ["ci", "chat"]), at: Samples.time)
        try await store.settleStandby(Self.repository, number: 1, endpoint: "ci", by: Self.there, at: Samples.time)
        let id = try #require(try await store.deliveries(.delivered, limit: 9).first?.id)
        for _ in 0..<2 {
            #expect(try await store.redeliver(id, toOneOf: ["ci"])?.endpoint == "ci")
            try await store.settleStandby(Self.repository, number: 1, endpoint: "ci", by: Self.there, at: Samples.time)
            try await store.settleStandby(Self.repository, number: 7, endpoint: "ci", by: Self.there, at: Samples.time)
            try await store.holdBack()
            #expect(try await store.heads(of: "ci", limit: 9).map(\.id) == [id])
            #expect(try await store.content(of: id) == DeliveryContent(webhookID: "id-1", key: "mirror:repo_synchronized", body: [1]))
            #expect(try events() == 2)
            _ = try await store.note([DeliveryResult(id: id, outcome: .delivered, status: 200, error: nil)], at: Samples.time)
        }
        #expect(try await store.deliveries(.standby, limit: 9).map(\.endpoint) == ["chat"])
    }

    @Test func redelivery_TakesNothingFromWhatTheFarmIsToKnow() async throws {
        try await store.adopt(agreed(1, 5, nil, by: Self.here, isPublished: false), at: Samples.time)
        try await store.settleStandby(Self.repository, number: 1, endpoint: "ci", by: Self.there, at: Samples.time)
        let id = try #require(try await store.deliveries(.delivered, limit: 9).first?.id)
        #expect(try await store.redeliver(id, toOneOf: ["ci"])?.endpoint == "ci")
        #expect(try await store.unpublished().map(\.number) == [1])
        try await store.setPublished(Self.repository, number: 1)
        #expect(try events() == 1)
        #expect(try await store.heads(of: "ci", limit: 9).map(\.id) == [id])
    }

    @Test func whatStandsByForTooLong_IsRemoved_AndNothingElse() async throws {
        let now = Samples.time(plus: 7 * 24 * 3600 + 1)
        try await store.adopt(agreed(1, 5, nil, to: ["ci", "chat"]), at: Samples.time)
        _ = try await store.release(Self.repository)
        try await store.adopt(agreed(2, 6, nil, to: ["ci", "chat"]), at: Samples.time)
        try await store.adopt(agreed(3, 7, nil), at: Samples.time(plus: 100))
        #expect(try await store.pruneStandby(before: Samples.time, at: now, limit: 9) == 0, "more than a week is kept")
        #expect(try await store.pruneStandby(before: now, at: Samples.time(plus: 7 * 24 * 3600), limit: 9) == 0, "a week always is")
        #expect(try await store.pruneStandby(before: now, at: now, limit: 1) == 1)
        #expect(try events() == 3)
        #expect(try await store.pruneStandby(before: now, at: now, limit: 9) == 1)
        #expect(try events() == 2)
        #expect(try await store.deliveries(.pending, limit: 9).map(\.webhookID) == ["id-1", "id-1"])
        #expect(try await store.deliveries(.standby, limit: 9).map(\.webhookID) == ["id-3"])
    }

    // MARK: Numbers

    @Test func fence_NeverGoesBack() async throws {
        #expect(try await store.fence(of: .vet) == nil)
        #expect(try await store.admit(5, of: .vet, at: Samples.time))
        #expect(try await store.admit(5, of: .vet, at: Samples.time))
        #expect(try await !store.admit(4, of: .vet, at: Samples.time))
        #expect(try await store.admit(1, of: .inventory, at: Samples.time))
        #expect(try await store.fence(of: .vet) == 5)
    }

    @Test func numberThatCannotBeRight_StopsNothing() async throws {
        let now = Samples.time.millisecondsSince1970
        for absurd in [.max, now + 2 * FarmNumbers.lead, 0, -1] {
            #expect(try await !store.admit(absurd, of: .vet, at: Samples.time))
        }
        #expect(try await store.admit(now + FarmNumbers.lead, of: .vet, at: Samples.time))
        #expect(try await store.admit(now + FarmNumbers.lead + 1, of: .vet, at: Samples.time))
        for absurd in [.max, FarmNumbers.limit, FarmNumbers.leap + 1] {
            #expect(try await !store.adopt(agreed(absurd, 5, nil), at: Samples.time).isNew)
            _ = try await store.catchUp(Self.repository, number: absurd, content: Samples.hash(5), at: Samples.time)
        }
        #expect(try await store.announcement(of: Self.repository)?.number == 0)
        #expect(try await store.adopt(agreed(1, 5, nil), at: Samples.time).isNew)
    }

    @Test func dismissedChange_IsToldToNobody_AndWhatFollowsLeadsOn() async throws {
        let first = try #require(try await complete(2, held: [step(1, 2)]))
        let second = try await complete(3, held: [step(1, 3)])
        let held = try #require(try await store.heldChange(first))
        #expect(try await store.dismiss(held, at: Samples.time) == Set([second].compactMap { $0 }))
        #expect(try await changes(second) == [step(2, 3)])
        #expect(try await store.announcement(of: Self.repository) == Announcement(number: 0, content: Samples.hash(2)))
    }

    @Test(arguments: [[], [1], [1, 0, 0xFF], [1, 0, 1, 3, 1, 1], [2, 0, 0]] as [[UInt8]]) func damagedList_IsRefused(bytes: [UInt8]) {
        #expect(RefChangesCodec.decode(bytes) == nil)
    }

    @Test func list_IsReadBack_AndNoPartOfIt() {
        let bytes = RefChangesCodec.encode([step(1, 2), step(0, 3)])
        #expect(RefChangesCodec.decode(bytes) == [step(1, 2), step(0, 3)])
        for count in 0..<bytes.count { #expect(RefChangesCodec.decode(Array(bytes[..<count])) == nil) }
    }
}
