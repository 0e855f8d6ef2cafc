import Foundation
import HelioFarm
import HelioLoop
import HelioNode
import TestSupport
import Testing

/// A farm at a real Redis, and the farm of one.
struct CoordinatorTests {
    @Test func members_SeeEachOther_AndEpochsGrow() async throws {
        try await FarmAtRedis.with { one, two, _ in
            let first = try await one.register(FarmAtRedis.record(1))
            #expect(first.members.isEmpty && !first.wasRegistered && first.epoch > 1_700_000_000_000)
            let second = try await two.register(FarmAtRedis.record(2))
            #expect(second.members.map(\.name) == ["n1"])
            var known = FarmAtRedis.record(1)
            known.epoch = first.epoch
            known.standing.state = .synchronized
            known.standing.lag = .seconds(3)
            known.standing.catalogue = .max
            #expect(try await one.register(known).wasRegistered)
            #expect(try await two.register(FarmAtRedis.record(2)).members == [known])
            // The same identity, started again: the older start is told so.
            let again = try await two.register(FarmAtRedis.record(1))
            #expect(again.epoch > first.epoch)
            await #expect(throws: CoordinatorError.refused(.replaced(epoch: again.epoch))) { try await one.register(known) }
        }
    }

    @Test func twins_AndStrangers_AreRefused() async throws {
        try await FarmAtRedis.with { one, two, _ in
            _ = try await one.register(FarmAtRedis.record(1))
            await #expect(throws: CoordinatorError.refused(.nameTaken(by: FarmAtRedis.id(1), address: "127.0.0.1:7990"))) {
                try await two.register(FarmAtRedis.record(2, name: "n1"))
            }
            await #expect(throws: CoordinatorError.refused(.otherUpstream(of: "n1"))) {
                try await two.register(FarmAtRedis.record(2, upstream: "v"))
            }
            let known = try await one.register(FarmAtRedis.record(1))
            var leaving = FarmAtRedis.record(1)
            leaving.epoch = known.epoch
            try await one.leave(leaving)
            #expect(try await two.register(FarmAtRedis.record(2, name: "n1")).members.isEmpty)
        }
    }

    @Test func letters_ComeInOrder_AndGoOnAfterAnEmptying() async throws {
        try await FarmAtRedis.with { one, two, redis in
            let start = try await two.letters(after: nil).cursor
            let name = try RepositoryName("P/r")
            var random = SeededGenerator(seed: 1)
            let op = FarmOperationID(using: &random)
            let messages: [FarmMessage] = [
                .changed(op, name, RepositoryID(9), content: .known(Digest(raw: [UInt8](repeating: 7, count: 32)))), .notified(name),
                .listed(op), .vet(op, fence: 5), .answered(op, .failure),
                .answered(op, .equal(.known(Digest(raw: [UInt8](repeating: 9, count: 32))))), .answered(op, .success(nil)),
                .answered(op, .success(.known(Digest(raw: [UInt8](repeating: 8, count: 32))))), .leased(.vet, fence: 6),
                .announced(RepositoryID(9), number: 1), .stored(RepositoryID(9), number: 1),
                .delivered(RepositoryID(9), number: 1, endpoint: "ci"), .claimed(Claim(RepositoryID(9), of: FarmAtRedis.id(2))),
            ]
            try await one.send(messages, from: FarmAtRedis.id(1))
            let mail = try await two.letters(after: start)
            #expect(mail.letters == messages.map { FarmLetter(sender: FarmAtRedis.id(1), message: $0) })
            _ = try redis.command(["XADD", "heliostat:{test}:letters", "*", "kind", "vet", "op", "x"])
            let next = try await two.letters(after: mail.cursor)
            #expect(next.letters.isEmpty && next.ignored == 1)
            _ = try redis.command(["FLUSHALL"])
            #expect(try await two.letters(after: next.cursor).cursor == next.cursor)
            try await one.send([.notified(name)], from: FarmAtRedis.id(1))
            #expect(try await two.letters(after: next.cursor).letters.count == 1)
        }
    }

    @Test func lease_IsOnes_AndItsNumberNeverGoesBack() async throws {
        try await FarmAtRedis.with { one, two, redis in
            let (first, second) = (FarmAtRedis.record(1), FarmAtRedis.record(2))
            guard case .granted(let fence) = await one.ask(.acquire(.vet, for: .seconds(30)), owner: first, floor: 0) else {
                Issue.record("not granted")
                return
            }
            #expect(await two.ask(.acquire(.vet, for: .seconds(30)), owner: second, floor: 0) == .refused)
            #expect(await two.ask(.renew(.vet, fence: fence, for: .seconds(30)), owner: second, floor: 0) == .refused)
            #expect(await one.ask(.renew(.vet, fence: fence, for: .seconds(30)), owner: first, floor: 0) == .granted(fence: fence))
            _ = await two.ask(.release(.vet, fence: fence), owner: second, floor: 0)
            #expect(await two.ask(.acquire(.vet, for: .seconds(30)), owner: second, floor: 0) == .refused)
            _ = try redis.command(["FLUSHALL"])
            let future = fence + 1_000_000_000
            #expect(await two.ask(.acquire(.vet, for: .seconds(30)), owner: second, floor: future) == .granted(fence: future + 1))
            #expect(await one.ask(.renew(.vet, fence: fence, for: .seconds(30)), owner: first, floor: 0) == .refused)
        }
    }

    @Test func announcement_IsSettledOnce_AndSentByWhoSentTheLast() async throws {
        try await FarmAtRedis.with { one, two, _ in
            _ = try await one.register(FarmAtRedis.record(1))
            _ = try await two.register(FarmAtRedis.record(2))
            func proposal(_ number: Int64, _ content: UInt8, by sender: Int) -> FarmAnnouncement {
                FarmAnnouncement(
                    repository: RepositoryID(9), number: number, content: .known(Digest(raw: [UInt8](repeating: content, count: 32))),
                    sender: FarmAtRedis.id(sender), webhookID: "00000000-0000-5000-8000-000000000000", body: Array("{\"n\":\(number)}".utf8),
                    changes: [1, 2, 3])
            }
            #expect(try await one.propose(proposal(1, 1, by: 1), isSent: false) == .accepted(sender: FarmAtRedis.id(1)))
            #expect(try await two.propose(proposal(1, 1, by: 2), isSent: false) == .taken(number: 1, content: proposal(1, 1, by: 1).content, sender: FarmAtRedis.id(1)))
            #expect(try await two.announcement(RepositoryID(9), number: 1) == proposal(1, 1, by: 1))
            #expect(try await two.propose(proposal(2, 2, by: 2), isSent: false) == .accepted(sender: FarmAtRedis.id(1)))
            #expect(try await two.announcement(RepositoryID(9), number: 3) == nil)
        }
    }

    /// What was emptied counts on from what a node knows, and gives no number twice.
    @Test func emptiedRedis_CountsOnFromWhatItIsRemindedOf() async throws {
        try await FarmAtRedis.with { one, two, redis in
            let id = RepositoryID(9)
            func content(_ byte: UInt8) -> MirrorHash { .known(Digest(raw: [UInt8](repeating: byte, count: 32))) }
            func last(_ number: Int64, of repository: Int64 = 9, by sender: MemberID? = nil) -> LastAnnouncement {
                LastAnnouncement(repository: RepositoryID(repository), number: number, content: content(UInt8(number)), sender: sender)
            }
            func proposal(_ number: Int64, by sender: Int) -> FarmAnnouncement {
                FarmAnnouncement(
                    repository: id, number: number, content: content(99), sender: FarmAtRedis.id(sender),
                    webhookID: "00000000-0000-5000-8000-000000000000", body: [1], changes: nil)
            }
            _ = try await one.register(FarmAtRedis.record(1))
            try await one.remind([])
            try await one.remind([last(10), last(3, of: 8)])
            try await two.remind([last(9)])
            #expect(try await two.propose(proposal(1, by: 2), isSent: false) == .taken(number: 10, content: content(10), sender: nil))
            #expect(try await two.announcement(id, number: 10) == nil)
            let life = try redis.command(["TTL", "heliostat:{test}:announcement:9"]).trimmingCharacters(in: .whitespacesAndNewlines)
            let seconds = try #require(Int(life))
            #expect(seconds > 80 * 24 * 3600)
            #expect(try await two.propose(proposal(11, by: 2), isSent: false) == .accepted(sender: FarmAtRedis.id(2)))
            try await one.remind([last(10), last(11)])
            let taken = ProposalReply.taken(number: 11, content: content(99), sender: FarmAtRedis.id(2))
            #expect(try await one.propose(proposal(11, by: 1), isSent: false) == taken, "it knows better")
            // One that has not sent the last yet sends the next, too.
            _ = try redis.command(["FLUSHALL"])
            _ = try await one.register(FarmAtRedis.record(1))
            try await two.remind([last(11, by: FarmAtRedis.id(1))])
            #expect(try await two.propose(proposal(12, by: 2), isSent: false) == .accepted(sender: FarmAtRedis.id(1)))
        }
    }

    /// What sees the others must be able to tell them something, and to act with them.
    @Test func fullRedis_TakesWhatAFarmNeeds() async throws {
        try await FarmAtRedis.with { one, two, redis in
            let start = try await two.letters(after: nil).cursor
            _ = try redis.command(["CONFIG", "SET", "maxmemory", "1"])
            #expect(try redis.command(["SET", "k", "v"]).hasPrefix("OOM"))
            _ = try await one.register(FarmAtRedis.record(1))
            #expect(try await two.register(FarmAtRedis.record(2)).members.map(\.name) == ["n1"])
            let notice = FarmMessage.notified(try RepositoryName("P/r"))
            try await one.send([notice, notice], from: FarmAtRedis.id(1))
            #expect(try await two.letters(after: start).letters.map(\.message) == [notice, notice])
            let content = MirrorHash.known(Digest(raw: [UInt8](repeating: 1, count: 32)))
            try await one.remind([LastAnnouncement(repository: RepositoryID(9), number: 3, content: content, sender: nil)])
            let proposal = FarmAnnouncement(
                repository: RepositoryID(9), number: 4, content: content, sender: FarmAtRedis.id(1),
                webhookID: "00000000-0000-5000-8000-000000000000", body: [1], changes: nil)
            #expect(try await one.propose(proposal, isSent: false) == .accepted(sender: FarmAtRedis.id(1)))
            #expect(try await two.announcement(RepositoryID(9), number: 4) == proposal)
            let reply = await one.ask(.acquire(.vet, for: .seconds(5)), owner: FarmAtRedis.record(1), floor: 0)
            guard case .granted = reply else { throw NeverHappened("\(reply)") }
        }
    }

    @Test func farmOfOne_GivesWhatIsAskedFor() async {
        let alone = StandaloneCoordinator { Moment(monotonic: FarmAtRedis.now(), wall: WallTime(millisecondsSince1970: 100)) }
        #expect(await alone.register(FarmAtRedis.record(1)).members.isEmpty, "there is no other")
        #expect(await alone.ask(.acquire(.vet, for: .seconds(1)), owner: FarmAtRedis.record(1), floor: 200) == .granted(fence: 201))
        #expect(await alone.ask(.acquire(.vet, for: .seconds(1)), owner: FarmAtRedis.record(1), floor: 0) == .refused)
        _ = await alone.ask(.release(.vet, fence: 201), owner: FarmAtRedis.record(1), floor: 0)
        #expect(await alone.ask(.acquire(.vet, for: .seconds(1)), owner: FarmAtRedis.record(1), floor: 0) == .granted(fence: 202))
    }
}
