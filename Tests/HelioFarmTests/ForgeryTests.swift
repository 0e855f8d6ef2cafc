import HelioFarm
import HelioNode
import TestSupport
import Testing

/// Whoever can write to Redis can do harm, but none that lasts.
struct ForgeryTests {
    private static let key = "heliostat:{test}:"
    private static let content = MirrorHash.known(Digest(raw: [UInt8](repeating: 1, count: 32)))

    private static func proposal(_ repository: Int64, number: Int64 = 1, body: [UInt8] = [1]) -> FarmAnnouncement {
        FarmAnnouncement(
            repository: RepositoryID(repository), number: number, content: content, sender: FarmAtRedis.id(1),
            webhookID: "00000000-0000-5000-8000-000000000000", body: body, changes: nil)
    }

    @Test func forgedRecords_AreIgnored() async throws {
        try await FarmAtRedis.with { one, _, redis in
            _ = try redis.command(["SADD", Self.key + "members", "forged", "huge", "text", "gone", "endless"])
            _ = try redis.command(["SET", Self.key + "member:text", "x", "PX", "10000"])
            _ = try redis.command(["HSET", Self.key + "member:forged", "id", "forged", "state", "SYNCHRONIZED"])
            _ = try redis.command(["PEXPIRE", Self.key + "member:forged", "10000"])
            _ = try redis.command(["HSET", Self.key + "member:huge", "id", "huge", "name", String(repeating: "x", count: 100_000)])
            _ = try redis.command(["PEXPIRE", Self.key + "member:huge", "10000"])
            _ = try redis.command(["HSET", Self.key + "member:endless", "id", "endless"])
            let reading = try await one.register(FarmAtRedis.record(1))
            #expect(reading.members.isEmpty && reading.ignored == 4)
        }
    }

    /// Who is looked for among ten thousand that are not there is found.
    @Test func forgedNames_HideNobody() async throws {
        try await FarmAtRedis.with { one, two, redis in
            _ = try await two.register(FarmAtRedis.record(2))
            let script = "for i = 1, 9000 do redis.call('SADD', KEYS[1], 'forged-' .. i) end"
            _ = try redis.command(["EVAL", script, "1", Self.key + "members"])
            #expect(try await one.register(FarmAtRedis.record(1)).members.map(\.name) == ["n2"])
            #expect(try redis.command(["SCARD", Self.key + "members"]).hasPrefix("2"), "and the others are gone")
        }
    }

    /// A list that lost this node may have lost the others.
    @Test func lostList_IsNoticed() async throws {
        try await FarmAtRedis.with { one, _, redis in
            _ = try await one.register(FarmAtRedis.record(1))
            #expect(try await one.register(FarmAtRedis.record(1)).wasRegistered)
            _ = try redis.command(["DEL", Self.key + "members"])
            #expect(try await one.register(FarmAtRedis.record(1)).wasRegistered == false)
        }
    }

    @Test(arguments: ["a\u{202E}b", "a\u{2028}b", "a\u{1B}[2Jb", String(repeating: "x", count: 257)])
    func namesThatCannotBeShown_AreNobodys(_ name: String) async throws {
        try await FarmAtRedis.with { one, two, _ in
            _ = try await two.register(FarmAtRedis.record(2, name: name))
            let reading = try await one.register(FarmAtRedis.record(1))
            #expect(reading.members.isEmpty && reading.ignored == 1)
        }
    }

    @Test func absurdNumbers_AreNobodys() async throws {
        try await FarmAtRedis.with { one, two, redis in
            let start = try await two.letters(after: nil).cursor
            for (kind, field) in [("vet", "fence"), ("leased", "fence"), ("announced", "number")] {
                _ = try redis.command([
                    "XADD", Self.key + "letters", "*", "from", FarmAtRedis.id(3).text, "kind", kind, "op",
                    "00000000-0000-4000-8000-000000000000", "lease", "vet", "repository", "9", field, "9223372036854775807",
                ])
            }
            let mail = try await two.letters(after: start)
            #expect(mail.letters.isEmpty && mail.ignored == 3)
            for number in ["9007199254740991", "inf", "nan", "-1"] {
                _ = try redis.command(["HSET", Self.key + "announcement:9", "number", number, "content", "x", "sender", "y"])
                #expect(try await one.propose(Self.proposal(9), isSent: false) == .accepted(sender: FarmAtRedis.id(1)))
            }
        }
    }

    /// A node that counted on from a number like these would be followed by nobody.
    @Test(arguments: ["9223372036854775807", "4503599627370496", "inf", "nan", "-7", "x"])
    func absurdNumber_OfALeaseOrAnEpoch_IsNotCountedOnFrom(_ number: String) async throws {
        try await FarmAtRedis.with { one, _, redis in
            _ = try redis.command(["SET", Self.key + "fence:vet", number])
            let reply = await one.ask(.acquire(.vet, for: .seconds(5)), owner: FarmAtRedis.record(1), floor: 7)
            guard case .granted(let fence) = reply else { throw NeverHappened("\(reply)") }
            #expect(fence > 1_700_000_000_000 && fence < 1_700_000_000_000 * 2)
            _ = try redis.command(["HSET", Self.key + "member:" + FarmAtRedis.id(1).text, "epoch", number])
            _ = try redis.command(["PEXPIRE", Self.key + "member:" + FarmAtRedis.id(1).text, "10000"])
            let epoch = try await one.register(FarmAtRedis.record(1)).epoch
            #expect(epoch > 1_700_000_000_000 && epoch < 1_700_000_000_000 * 2)
        }
    }

    /// What is there says nothing against what a node knows.
    @Test func forgedAnnouncement_GivesWayToWhatANodeKnows() async throws {
        try await FarmAtRedis.with { one, two, redis in
            let last = LastAnnouncement(repository: RepositoryID(9), number: 7, content: Self.content, sender: nil)
            for number in ["9007199254740991", "inf", "nan", "-1", "x"] {
                _ = try redis.command(["HSET", Self.key + "announcement:9", "number", number, "content", "x", "sender", "y"])
                try await one.remind([last])
                #expect(try await two.propose(Self.proposal(9), isSent: false) == .taken(number: 7, content: Self.content, sender: nil))
            }
            _ = try redis.command(["SET", Self.key + "announcement:9", "of another type"])
            try await one.remind([last])
            #expect(try await two.propose(Self.proposal(9), isSent: false) == .taken(number: 7, content: Self.content, sender: nil))
        }
    }

    @Test func otherTypes_GiveWay() async throws {
        try await FarmAtRedis.with { one, two, redis in
            for name in ["members", "letters", "lease:vet", "announcement:9", "event:9:1", "member:" + FarmAtRedis.id(1).text] {
                _ = try redis.command(["SET", Self.key + name, "of another type"])
            }
            _ = try redis.command(["SADD", Self.key + "fence:vet", "of another type"])
            _ = try await one.register(FarmAtRedis.record(1))
            #expect(try await two.register(FarmAtRedis.record(2)).members.map(\.name) == ["n1"])
            let reply = await one.ask(.acquire(.vet, for: .seconds(5)), owner: FarmAtRedis.record(1), floor: 0)
            guard case .granted = reply else { throw NeverHappened("\(reply)") }
            #expect(try await one.propose(Self.proposal(9), isSent: false) == .accepted(sender: FarmAtRedis.id(1)))
            #expect(try await two.announcement(RepositoryID(9), number: 1)?.body == [1])
            #expect(try await two.letters(after: "0-0").letters.count == 2)
        }
    }

    /// After the last id that there can be Redis takes no entry, and reads on from no such place.
    @Test(arguments: [false, true]) func lastIDThatThereCanBe_IsNotTheEndOfAllLetters(isRemoved: Bool) async throws {
        try await FarmAtRedis.with { one, two, redis in
            let notice = FarmMessage.notified(try RepositoryName("P/r"))
            let (letters, last) = (Self.key + "letters", "18446744073709551615-18446744073709551615")
            try await one.send([notice], from: FarmAtRedis.id(1))
            let start = try await two.letters(after: nil).cursor
            _ = try redis.command(["XADD", letters, last, "a", "b"])
            if isRemoved { _ = try redis.command(["XDEL", letters, last]) }
            #expect(try redis.command(["XADD", letters, "*", "a", "b"]).hasPrefix("ERR"))
            #expect(try await two.letters(after: start).cursor == start, "nobody follows")
            try await one.send([notice], from: FarmAtRedis.id(1))
            #expect(try await two.letters(after: start).letters.map(\.message) == [notice])
            // One that has followed an older node's way comes back.
            let back = try await two.letters(after: last)
            try await one.send([notice], from: FarmAtRedis.id(1))
            #expect(try await two.letters(after: back.cursor).letters.map(\.message) == [notice])
        }
    }

    /// Nobody would vet for the farm, or count, for as long as that.
    @Test func leaseThatIsTooLong_IsNobodys() async throws {
        try await FarmAtRedis.with { one, _, redis in
            let key = Self.key + "lease:vet"
            func ask() async -> LeaseReply { await one.ask(.acquire(.vet, for: .seconds(5)), owner: FarmAtRedis.record(1), floor: 0) }
            _ = try redis.command(["SET", key, "x", "PX", "7000000"])
            #expect(await ask() == .refused, "there are such leases")
            for life in [["PX", "9000000000000"], []] {
                _ = try redis.command(["SET", key, "x"] + life)
                let reply = await ask()
                guard case .granted = reply else { throw NeverHappened("\(reply)") }
            }
        }
    }

    /// What it was to send nobody would send before the others miss it, and nobody would miss it.
    @Test func senderThatIsNotRegistered_SendsNothing() async throws {
        try await FarmAtRedis.with { one, _, redis in
            let record = Self.key + "member:" + FarmAtRedis.id(3).text
            _ = try redis.command(["HSET", record, "state", "SYNCHRONIZED", "can_store", "1"])
            for (life, sender) in [(nil, 1), ("9000000000000", 1), ("10000", 3)] as [(String?, Int)] {
                if let life { _ = try redis.command(["PEXPIRE", record, life]) }
                let last = ["number", "1", "content", "x", "sender", FarmAtRedis.id(3).text]
                _ = try redis.command(["HSET", Self.key + "announcement:9"] + last)
                #expect(try await one.propose(Self.proposal(9, number: 2), isSent: false) == .accepted(sender: FarmAtRedis.id(sender)))
            }
        }
    }

    /// A reply that is too long would cost the connection, again and again.
    @Test func hugeWords_ArePassedOver() async throws {
        try await FarmAtRedis.with { one, two, redis in
            let start = try await two.letters(after: nil).cursor
            let notice = FarmMessage.notified(try RepositoryName("PRJ/one"))
            let huge = "string.rep('x', 20000000)"
            let letter = ["EVAL", "return redis.call('XADD', KEYS[1], '*', 'from', \(huge))", "1", Self.key + "letters"]
            let field = "return redis.call('HSET', KEYS[1], ARGV[1], \(huge))"
            _ = try redis.command(letter)
            try await one.send([notice], from: FarmAtRedis.id(1))
            _ = try redis.command(letter)
            let mail = try await two.letters(after: start)
            #expect(mail.letters.map(\.message) == [notice] && mail.ignored == 2)
            #expect(try await two.letters(after: mail.cursor).ignored == 0)
            #expect(try await one.propose(Self.proposal(9), isSent: false) == .accepted(sender: FarmAtRedis.id(1)))
            _ = try redis.command(["EVAL", field, "1", Self.key + "announcement:9", "content"])
            #expect(try await two.propose(Self.proposal(9), isSent: false) == .taken(number: 1, content: .unknown, sender: FarmAtRedis.id(1)))
            _ = try redis.command(["EVAL", field, "1", Self.key + "event:9:1", "body"])
            #expect(try await two.announcement(RepositoryID(9), number: 1) == nil)
        }
    }

    /// Small as they are, all of them together would be more than a reply may have elements.
    @Test func manyWords_ArePassedOver() async throws {
        try await FarmAtRedis.with { one, two, redis in
            let start = try await two.letters(after: nil).cursor
            let notice = FarmMessage.notified(try RepositoryName("PRJ/one"))
            let script = """
                local words = {}
                for i = 1, 7000 do words[i] = 'x' end
                for i = 1, 12 do redis.call('XADD', KEYS[1], '*', unpack(words)) end
                """
            _ = try redis.command(["EVAL", script, "1", Self.key + "letters"])
            try await one.send([notice], from: FarmAtRedis.id(1))
            let mail = try await two.letters(after: start)
            #expect(mail.letters.map(\.message) == [notice] && mail.ignored == 12)
            #expect(try await two.letters(after: mail.cursor).ignored == 0)
        }
    }

    /// As large as nodes make them.
    @Test func largestAnnouncement_IsTold() async throws {
        try await FarmAtRedis.with { (one, two, _) async throws in
            let body = [UInt8](repeating: 7, count: FarmAnnouncement.partLimit)
            #expect(try await one.propose(Self.proposal(9, body: body), isSent: false) == .accepted(sender: FarmAtRedis.id(1)))
            #expect(try await two.announcement(RepositoryID(9), number: 1)?.body == body)
        }
    }
}
