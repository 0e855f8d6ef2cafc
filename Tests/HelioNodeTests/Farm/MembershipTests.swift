import Testing

@testable import HelioNode

/// Who is there, when nobody can tell, and who may leave.
struct MembershipTests {
    private static let ids = (1...5).map { MemberID("0000000\($0)-0000-4000-8000-00000000000\($0)")! }

    private func time(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    private func record(_ number: Int, _ change: (inout Standing) -> Void = { _ in }) -> MemberRecord {
        var record = MemberRecord(
            id: Self.ids[number - 1], name: "n\(number)", host: "h", port: 1, version: "1", upstream: "u")
        record.standing.state = .synchronized
        record.standing.status = 200
        record.standing.isReady = true
        change(&record.standing)
        return record
    }

    private func reading(_ members: [MemberRecord], at seconds: Int64, known: Bool = true) -> FarmReading {
        FarmReading(beganAt: time(seconds), members: members, wasRegistered: known, epoch: 1)
    }

    private func farm(of members: [MemberRecord], at seconds: Int64 = 0) -> Membership {
        var farm = Membership(of: Self.ids[0])
        _ = farm.read(reading(members, at: seconds, known: false), memory: .seconds(300), at: time(seconds))
        return farm
    }

    @Test func missingMember_IsForgotten_ByARegisterThatCanBeRead() {
        var farm = farm(of: [record(2), record(3)])
        let departures = farm.read(reading([record(2)], at: 5), memory: .seconds(300), at: time(5))
        #expect(departures.vanished == [Self.ids[2]] && farm.others.count == 1)
    }

    @Test func memberThatVanished_KeepsItsName_ForAWhile() {
        var farm = farm(of: [record(2), record(3)])
        _ = farm.read(reading([record(2)], at: 5), memory: .seconds(300), at: time(5))
        #expect(farm.name(of: Self.ids[1]) == "n2" && farm.name(of: Self.ids[2]) == "n3")
        _ = farm.read(reading([record(2)], at: 305), memory: .seconds(300), at: time(305))
        #expect(farm.name(of: Self.ids[2]) == nil)
    }

    @Test func stoppingMember_HasLeft() {
        var farm = farm(of: [record(2) { $0.state = .stopping }])
        #expect(farm.read(reading([], at: 5), memory: .seconds(300), at: time(5)).left == [Self.ids[1]])
    }

    @Test func outage_ForgetsNobody_AndGivesOneExpiryToComeBack() {
        var farm = farm(of: [record(2), record(3)])
        #expect(farm.isFresh(at: time(15)) && !farm.isFresh(at: time(16)))
        _ = farm.read(reading([], at: 100, known: false), memory: .seconds(300), at: time(100))
        #expect(farm.others.count == 2)
        _ = farm.read(reading([record(2)], at: 105), memory: .seconds(300), at: time(105))
        #expect(farm.others.count == 2)
        let departures = farm.read(reading([record(2)], at: 116), memory: .seconds(300), at: time(116))
        #expect(departures.vanished == [Self.ids[2]])
    }

    @Test func emptiedRegister_ForgetsNobodyAtOnce() {
        var farm = farm(of: [record(2)])
        _ = farm.read(reading([], at: 5, known: false), memory: .seconds(300), at: time(5))
        #expect(farm.others.count == 1)
    }

    @Test func minority_MayNotAct_UntilItIsAllThereIs() {
        var farm = farm(of: [record(2), record(3), record(4)])
        _ = farm.read(reading([], at: 5), memory: .seconds(300), at: time(5))
        #expect(!farm.mayAct(at: time(6)))
        _ = farm.read(reading([], at: 310), memory: .seconds(300), at: time(310))
        _ = farm.read(reading([], at: 315), memory: .seconds(300), at: time(315))
        #expect(farm.mayAct(at: time(316)))
    }

    // MARK: The verdict

    @Test(arguments: [
        (NodeState.metadataSynchronized, false, 0, 1, false, 200), (.metadataSynchronized, false, 1, 1, false, 503),
        (.bootstrapped, false, 1, 2, false, 200), (.bootstrapped, false, 2, 2, false, 503), (.bootstrapped, false, 1, 2, true, 503),
        (.bootstrapped, false, 0, 2, true, 200), (.bootstrapped, true, 0, 1, false, 503), (.synchronized, true, 0, 1, false, 200),
        (.synchronized, false, 3, 1, false, 200), (.stopping, false, 0, 1, false, 503), (.starting, false, 0, 1, false, 503),
    ] as [(NodeState, Bool, Int, Int, Bool, Int)])
    func verdict_FollowsTheTable(
        state: NodeState, strict: Bool, synchronized: Int, minimum: Int, reached: Bool, code: Int
    ) {
        let view = FarmView(
            nodeCount: 4, othersSynchronized: synchronized, othersReady: 0, minimum: minimum, minimumWasReached: reached)
        #expect(StatusVerdict(state: state, draining: false, strict: strict, farm: view).code == code)
        #expect(StatusVerdict(state: state, draining: true, strict: strict, farm: view).code == 503)
    }

    @Test func nodeThatAwaitsItsFarm_IsNotGood() {
        #expect(StatusVerdict(state: .bootstrapping, draining: false, strict: false, farm: .unread, awaitsFarm: true).code == 503)
    }

    // MARK: The floor

    private func mayWithdraw(_ others: [MemberRecord], isReady: Bool = true, wantedFor seconds: Int64? = 60) -> Bool {
        Floor(this: Self.ids[2], others: others).mayWithdraw(
            isReady: isReady, wantedSince: seconds.map { time(100 - $0) }, readAt: time(100))
    }

    @Test func node_WithdrawsOnly_WhileHalfStays() {
        let (good, wants, out) = (
            { self.record($0) }, { self.record($0) { $0.wantsToWithdraw = true } },
            { (number: Int) in self.record(number) { $0.wantsToWithdraw = true; $0.isReady = false } })
        #expect(mayWithdraw([good(1), good(2)]))
        #expect(!mayWithdraw([good(1), good(2)], wantedFor: 5))
        #expect(!mayWithdraw([]) && !mayWithdraw([out(1)]))
        // Those before it go first; it goes as long as those after it stay.
        #expect(!mayWithdraw([wants(1), wants(2)]))
        #expect(mayWithdraw([wants(4), wants(5)]))
        #expect(!mayWithdraw([out(1), wants(2)]) && !mayWithdraw([out(1), good(2)]))
        // One that is out comes back when too few are left.
        #expect(mayWithdraw([good(1), good(2)], isReady: false))
        #expect(!mayWithdraw([out(1), out(2)], isReady: false))
    }

    // MARK: Order

    @Test func rendezvous_MovesOnlyWhatWasItsOwn() {
        let all = Array(Self.ids)
        for key in 0..<100 as Range<Int64> {
            let order = Rendezvous.order(all, for: key)
            #expect(Set(order) == Set(all))
            #expect(Rendezvous.order(all.reversed(), for: key) == order)
            #expect(Rendezvous.order(all.filter { $0 != order[0] }, for: key) == Array(order[1...]))
        }
        #expect(Set((0..<100 as Range<Int64>).map { Rendezvous.order(all, for: $0)[0] }).count == 5)
    }

    @Test(arguments: ["", "x", "00000001-0000-4000-8000-00000000000", "00000001-0000-4000-8000-00000000000g", "00000001_0000-4000-8000-000000000001"])
    func idThatIsNoUUID_IsRefused(text: String) { #expect(MemberID(text) == nil) }

    // MARK: Changes of refs

    @Test func changes_FollowEachOther_AndGoBack() {
        func id(_ byte: UInt8) -> ObjectID { ObjectID(raw: [UInt8](repeating: byte, count: 20))! }
        func change(_ name: RefName, _ from: UInt8, _ to: UInt8) -> RefChange { RefChange(name: name, from: id(from), to: id(to)) }
        let first = [change("refs/heads/a", 1, 2), change("refs/heads/b", 0, 1)]
        let second = [change("refs/heads/a", 2, 3), change("refs/heads/b", 1, 0), change("refs/tags/t", 0, 9)]
        let both = [change("refs/heads/a", 1, 3), change("refs/tags/t", 0, 9)]
        #expect(first.followed(by: second) == both)
        #expect(first.reversed.followed(by: both) == second)
        #expect(first.followed(by: first.reversed) == [])
    }
}
