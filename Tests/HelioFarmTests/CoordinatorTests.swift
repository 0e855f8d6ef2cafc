import HelioFarm
import HelioLoop
import HelioNode
import TestSupport
import Testing

/// A farm at a real Redis, and the farm of one.
struct CoordinatorTests {
    private static func id(_ number: Int) -> MemberID { MemberID("0000000\(number)-0000-4000-8000-00000000000\(number)")! }

    private static func record(_ number: Int, name: String? = nil, upstream: String = "u") -> MemberRecord {
        MemberRecord(
            id: id(number), name: name ?? "n\(number)", host: "127.0.0.1", port: 7990, version: "1", upstream: upstream)
    }

    private static let now: @Sendable () -> MonotonicTime = { MonotonicTime(nanoseconds: 1) }

    private func withFarm(
        _ body: (RedisCoordinator, RedisCoordinator, RealRedis) async throws -> Void
    ) async throws {
        let redis = try await RealRedis()
        let loop = try EventLoop.start()
        func coordinator(_ seed: UInt64) -> RedisCoordinator {
            RedisCoordinator(
                loop: loop, farm: "test", RedisConfiguration(host: "127.0.0.1", port: redis.port), now: Self.now, seed: seed) { _ in }
        }
        let (one, two) = (coordinator(1), coordinator(2))
        await one.start()
        await two.start()
        try await eventually("both are connected") {
            do {
                _ = try await one.letters(after: nil)
                _ = try await two.letters(after: nil)
                return true
            } catch { return false }
        }
        try await body(one, two, redis)
        await one.stop()
        await two.stop()
        loop.stop()
    }

    @Test func members_SeeEachOther_AndEpochsGrow() async throws {
        try await withFarm { one, two, _ in
            let first = try await one.register(Self.record(1))
            #expect(first.members.isEmpty && !first.wasRegistered && first.epoch > 1_700_000_000_000)
            let second = try await two.register(Self.record(2))
            #expect(second.members.map(\.name) == ["n1"])
            var known = Self.record(1)
            known.epoch = first.epoch
            known.standing.state = .synchronized
            known.standing.lag = .seconds(3)
            known.standing.catalogue = .max
            #expect(try await one.register(known).wasRegistered)
            #expect(try await two.register(Self.record(2)).members == [known])
            // The same identity, started again: the older start is told so.
            let again = try await two.register(Self.record(1))
            #expect(again.epoch > first.epoch)
            await #expect(throws: CoordinatorError.refused(.replaced(epoch: again.epoch))) { try await one.register(known) }
        }
    }

    @Test func twins_AndStrangers_AreRefused() async throws {
        try await withFarm { one, two, _ in
            _ = try await one.register(Self.record(1))
            await #expect(throws: CoordinatorError.refused(.nameTaken(by: Self.id(1), address: "127.0.0.1:7990"))) {
                try await two.register(Self.record(2, name: "n1"))
            }
            await #expect(throws: CoordinatorError.refused(.otherUpstream(of: "n1"))) {
                try await two.register(Self.record(2, upstream: "v"))
            }
            let known = try await one.register(Self.record(1))
            var leaving = Self.record(1)
            leaving.epoch = known.epoch
            try await one.leave(leaving)
            #expect(try await two.register(Self.record(2, name: "n1")).members.isEmpty)
        }
    }

    @Test func forgedRecords_AreIgnored() async throws {
        try await withFarm { one, _, redis in
            let key = "heliostat:{test}:"
            _ = try redis.command(["SADD", key + "members", "forged", "huge", "text", "gone", "endless"])
            _ = try redis.command(["SET", key + "member:text", "x", "PX", "10000"])
            _ = try redis.command(["HSET", key + "member:forged", "id", "forged", "state", "SYNCHRONIZED"])
            _ = try redis.command(["PEXPIRE", key + "member:forged", "10000"])
            _ = try redis.command(["HSET", key + "member:huge", "id", "huge", "name", String(repeating: "x", count: 100_000)])
            _ = try redis.command(["PEXPIRE", key + "member:huge", "10000"])
            _ = try redis.command(["HSET", key + "member:endless", "id", "endless"])
            let reading = try await one.register(Self.record(1))
            #expect(reading.members.isEmpty && reading.ignored == 4)
            _ = try redis.command(["DEL", key + "members"])
            _ = try redis.command(["SET", key + "members", "no set"])
            await #expect(throws: CoordinatorError.self) { try await one.register(Self.record(1)) }
        }
    }

    @Test func letters_ComeInOrder_AndGoOnAfterAnEmptying() async throws {
        try await withFarm { one, two, redis in
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
                .delivered(RepositoryID(9), number: 1, endpoint: "ci"),
            ]
            try await one.send(messages, from: Self.id(1))
            let mail = try await two.letters(after: start)
            #expect(mail.letters == messages.map { FarmLetter(sender: Self.id(1), message: $0) })
            _ = try redis.command(["XADD", "heliostat:{test}:letters", "*", "kind", "vet", "op", "x"])
            let next = try await two.letters(after: mail.cursor)
            #expect(next.letters.isEmpty && next.ignored == 1)
            _ = try redis.command(["FLUSHALL"])
            #expect(try await two.letters(after: next.cursor).cursor == next.cursor)
            try await one.send([.notified(name)], from: Self.id(1))
            #expect(try await two.letters(after: next.cursor).letters.count == 1)
        }
    }

    @Test func lease_IsOnes_AndItsNumberNeverGoesBack() async throws {
        try await withFarm { one, two, redis in
            let (first, second) = (Self.record(1), Self.record(2))
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
        try await withFarm { one, two, _ in
            _ = try await one.register(Self.record(1))
            _ = try await two.register(Self.record(2))
            func proposal(_ number: Int64, _ content: UInt8, by sender: Int) -> FarmAnnouncement {
                FarmAnnouncement(
                    repository: RepositoryID(9), number: number, content: .known(Digest(raw: [UInt8](repeating: content, count: 32))),
                    sender: Self.id(sender), webhookID: "00000000-0000-5000-8000-000000000000", body: Array("{\"n\":\(number)}".utf8),
                    changes: [1, 2, 3])
            }
            #expect(try await one.propose(proposal(1, 1, by: 1)) == .accepted(sender: Self.id(1)))
            #expect(try await two.propose(proposal(1, 1, by: 2)) == .taken(number: 1, content: proposal(1, 1, by: 1).content))
            #expect(try await two.announcement(RepositoryID(9), number: 1) == proposal(1, 1, by: 1))
            #expect(try await two.propose(proposal(2, 2, by: 2)) == .accepted(sender: Self.id(1)))
            #expect(try await two.announcement(RepositoryID(9), number: 3) == nil)
        }
    }

    /// Whoever can write to Redis can do harm, but none that lasts.
    @Test func absurdNumbers_AndOtherTypes_StopNothingForGood() async throws {
        try await withFarm { one, two, redis in
            let key = "heliostat:{test}:"
            let start = try await two.letters(after: nil).cursor
            for (kind, field) in [("vet", "fence"), ("leased", "fence"), ("announced", "number")] {
                _ = try redis.command([
                    "XADD", key + "letters", "*", "from", Self.id(3).text, "kind", kind, "op", "00000000-0000-4000-8000-000000000000", "lease",
                    "vet", "repository", "9", field, "9223372036854775807",
                ])
            }
            let mail = try await two.letters(after: start)
            #expect(mail.letters.isEmpty && mail.ignored == 3)
            let content = MirrorHash.known(Digest(raw: [UInt8](repeating: 1, count: 32)))
            let proposal = FarmAnnouncement(
                repository: RepositoryID(9), number: 1, content: content, sender: Self.id(1),
                webhookID: "00000000-0000-5000-8000-000000000000", body: [1], changes: nil)
            _ = try redis.command(["HSET", key + "announcement:9", "number", "9007199254740991", "content", "x", "sender", "y"])
            #expect(try await one.propose(proposal) == .accepted(sender: Self.id(1)))
            _ = try redis.command(["SET", key + "announcement:10", "x"])
            let other = FarmAnnouncement(
                repository: RepositoryID(10), number: 1, content: content, sender: Self.id(1),
                webhookID: "00000000-0000-5000-8000-000000000000", body: [1], changes: nil)
            #expect(try await one.propose(other) == .accepted(sender: Self.id(1)))
            // A record of this node's own with an epoch that none can follow, and without an end.
            _ = try redis.command(["HSET", key + "member:" + Self.id(1).text, "epoch", "9223372036854775807"])
            #expect(try await one.register(Self.record(1)).epoch < FarmNumbers.limit)
        }
    }

    @Test func farmOfOne_GivesWhatIsAskedFor() async {
        let alone = StandaloneCoordinator { Moment(monotonic: Self.now(), wall: WallTime(millisecondsSince1970: 100)) }
        #expect(await alone.register(Self.record(1)).members.count == 1)
        #expect(await alone.ask(.acquire(.vet, for: .seconds(1)), owner: Self.record(1), floor: 200) == .granted(fence: 201))
        #expect(await alone.ask(.acquire(.vet, for: .seconds(1)), owner: Self.record(1), floor: 0) == .refused)
        _ = await alone.ask(.release(.vet, fence: 201), owner: Self.record(1), floor: 0)
        #expect(await alone.ask(.acquire(.vet, for: .seconds(1)), owner: Self.record(1), floor: 0) == .granted(fence: 202))
    }
}
