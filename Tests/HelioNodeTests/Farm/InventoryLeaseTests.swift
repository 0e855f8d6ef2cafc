import Testing

@testable import HelioNode

/// Who counts rows for the farm: when a node tries, and what its log says. Times are seconds.
struct InventoryLeaseTests {
    private var machine: FarmMachine
    private let record: MemberRecord

    init() throws {
        record = try Self.record()
        machine = Self.machine(record)
    }

    private static func record() throws -> MemberRecord {
        let id = try #require(MemberID("00000000-0000-4000-8000-000000000001"))
        return MemberRecord(id: id, name: "n", host: "127.0.0.1", port: 1, version: "0", upstream: "u")
    }

    private static func machine(
        _ record: MemberRecord, seed: UInt64 = 1, _ change: (inout FarmSettings) -> Void = { _ in }
    ) -> FarmMachine {
        var settings = FarmSettings()
        change(&settings)
        return FarmMachine(record, settings: settings, seed: seed, now: at(0))
    }

    private static func at(_ seconds: Double) -> MonotonicTime { MonotonicTime(nanoseconds: Int64(seconds * 1e9)) }

    @discardableResult
    private mutating func feed(_ event: FarmEvent, at seconds: Double) -> [FarmEffect] { machine.handle(event, at: Self.at(seconds)) }

    /// The farm is read, so that the view is fresh.
    @discardableResult
    private mutating func read(at seconds: Double, others: [MemberRecord] = []) -> [FarmEffect] {
        feed(.read(FarmReading(beganAt: Self.at(seconds), members: others, wasRegistered: true, epoch: 1)), at: seconds)
    }

    private mutating func obtain() {
        feed(.wantsInventory(true), at: 0)
        #expect(read(at: 0).requests == [.acquire(.inventory, for: .seconds(30))])
        feed(.lease(.inventory, .granted(fence: 7)), at: 1)
        #expect(machine.fence(.inventory, at: Self.at(1)) == 7)
    }

    /// Wakes as the driver would, with the farm read every five seconds.
    /// - Returns: when a request went out, and which.
    private mutating func requests(from start: Double, until end: Double, isRead: Bool = true) -> [(Double, LeaseRequest)] {
        var found: [(Double, LeaseRequest)] = []
        for tick in Int(start * 10)...Int(end * 10) {
            let now = Double(tick) / 10
            let effects = isRead && tick % 50 == 0 ? read(at: now) : feed(.wake, at: now)
            found += effects.requests.map { (now, $0) }
        }
        return found
    }

    @Test mutating func attempt_WaitsForTheFirstReading() {
        #expect(feed(.wantsInventory(true), at: 0).requests.isEmpty)
        #expect(read(at: 3).requests == [.acquire(.inventory, for: .seconds(30))])
    }

    @Test mutating func attempt_FollowsFifteenToSixteenSecondsAfterARefusal_NotAtTheSameTimeOnAllNodes() {
        var pauses: [Double] = []
        for seed in 1...40 as ClosedRange<UInt64> {
            machine = Self.machine(record, seed: seed)
            feed(.wantsInventory(true), at: 0)
            read(at: 0)
            feed(.lease(.inventory, .refused), at: 1)
            pauses += requests(from: 1, until: 30).prefix(1).map { $0.0 - 1 }
        }
        #expect(pauses.count == 40)
        #expect(pauses.allSatisfy { $0 >= 15 && $0 <= 16.1 }, "\(pauses)")
        #expect(Set(pauses).count > 5)
    }

    /// While the farm cannot be read nobody begins to count, and who counts goes on for as long as the lease lasts.
    @Test mutating func leaseLostWithTheCoordinator_IsTriedForWhenTheFarmCanBeReadAgain() {
        obtain()
        let renewals = requests(from: 10, until: 26.5, isRead: false)
        #expect(renewals.map(\.1) == [.renew(.inventory, fence: 7, for: .seconds(30))])
        #expect(machine.fence(.inventory, at: Self.at(26.9)) == 7)
        let lost = feed(.wake, at: 27)
        #expect(lost.lines.map(\.message) == ["failed to extend database row count metrics lock, releasing leadership"])
        #expect(machine.holding(.inventory) == nil)
        feed(.lease(.inventory, .unknown("no answer")), at: 28)
        #expect(requests(from: 28, until: 60, isRead: false).isEmpty)
        #expect(read(at: 61).requests == [.acquire(.inventory, for: .seconds(30))])
    }

    /// Others may have it by then: who was stopped for so long has its turn after the pause, as everybody.
    @Test mutating func leaseLostInASleep_IsNotTakenAgainAtOnce() {
        obtain()
        #expect(read(at: 60).requests.isEmpty)
        #expect(machine.holding(.inventory) == nil)
        let next = requests(from: 60.1, until: 80)
        #expect(next.map(\.1) == [.acquire(.inventory, for: .seconds(30))])
        #expect(next.allSatisfy { $0.0 >= 75 && $0.0 <= 76.1 })
    }

    @Test mutating func refusedRenewal_EndsIt_AndItIsTriedForAgain() {
        obtain()
        #expect(requests(from: 9, until: 10).map(\.1) == [.renew(.inventory, fence: 7, for: .seconds(30))])
        let lost = feed(.lease(.inventory, .refused), at: 10.5)
        #expect(machine.holding(.inventory) == nil)
        #expect(lost.lines.map(\.level) == [.error])
        let next = requests(from: 10.6, until: 27)
        #expect(next.map(\.1) == [.acquire(.inventory, for: .seconds(30))])
        #expect(next.allSatisfy { $0.0 >= 25.5 })
    }

    /// Who is refused by the farm takes no lease, and does not ask itself a thousand times a second whether it may.
    @Test mutating func refusedNode_WaitsForTheFarm() {
        read(at: 0)
        feed(.refused(.replaced(epoch: 2)), at: 1)
        #expect(feed(.wantsInventory(true), at: 2).requests.isEmpty)
        #expect(machine.nextWake(after: Self.at(2)) >= Self.at(3))
        #expect(read(at: 6).requests == [.acquire(.inventory, for: .seconds(30))])
    }

    /// The other one vanished with the lease: whoever is left of two counts.
    @Test mutating func lastNode_TakesTheLease() throws {
        var other = record
        other.id = try #require(MemberID("00000000-0000-4000-8000-000000000002"))
        feed(.wantsInventory(true), at: 0)
        read(at: 0, others: [other])
        feed(.lease(.inventory, .refused), at: 1)
        read(at: 5)
        #expect(machine.membership.others.isEmpty && !machine.membership.mayAct(at: Self.at(5)))
        #expect(read(at: 18).requests == [.acquire(.inventory, for: .seconds(30))])
    }

    @Test mutating func exit_IsOneAttempt() {
        machine = Self.machine(record) { $0.inventoryIsRetried = false }
        feed(.wantsInventory(true), at: 0)
        #expect(read(at: 0).requests.count == 1)
        let refused = feed(.lease(.inventory, .refused), at: 1)
        #expect(refused.lines.map(\.message) == ["database row count metrics lock already obtained by another instance"])
        #expect(refused.lines.flatMap { $0.fields.map(\.key) } == [])
        #expect(requests(from: 1, until: 100).isEmpty)
    }

    /// Not when serving has ended: another node counts then.
    @Test mutating func stopping_GivesTheLeaseBackAtOnce() {
        obtain()
        var standing = Standing()
        standing.state = .stopping
        let effects = feed(.standing(standing), at: 5)
        #expect(effects.requests == [.release(.inventory, fence: 7)])
        #expect(effects.lines.map(\.message) == ["releasing database row count metrics lock"])
        #expect(machine.holding(.inventory) == nil)
        #expect(machine.release(.inventory, at: Self.at(6)) == nil)
        #expect(requests(from: 6, until: 60).isEmpty)
    }

    // MARK: The log

    @Test mutating func log_KeepsTheWordsOfThoseWhoWatchForThem() {
        feed(.wantsInventory(true), at: 0)
        #expect(read(at: 0).lines.suffix(1).map(\.message) == ["attempting to obtain database row count metrics lock"])
        #expect(feed(.lease(.inventory, .granted(fence: 7)), at: 1).lines.map(\.message) == ["obtained database row count metrics lock"])
        feed(.wake, at: 10)
        #expect(feed(.lease(.inventory, .granted(fence: 7)), at: 11).lines.map(\.message) == ["extended database row count metrics lock"])
        for (count, time) in [(1, 20.0), (2, 24)] {
            feed(.wake, at: time)
            let line = feed(.lease(.inventory, .unknown("no answer")), at: time + 1).lines
            #expect(line.map(\.message) == ["failed to extend database row count metrics lock"] && line.map(\.level) == [.warning])
            #expect(line.first?.fields.map(\.value) == [.count(count), "no answer"])
        }
        feed(.wake, at: 28)
        let extended = feed(.lease(.inventory, .granted(fence: 7)), at: 29).lines
        #expect(extended.map(\.message) == ["extended database row count metrics lock after failures"])
        #expect(extended.first?.fields.map(\.value) == [.count(2)])
    }

    @Test mutating func log_SaysWhenItIsTriedAgain() throws {
        feed(.wantsInventory(true), at: 0)
        read(at: 0)
        let refused = try #require(feed(.lease(.inventory, .refused), at: 1).lines.first)
        #expect(refused.message == "database row count metrics lock already obtained by another instance, will retry...")
        #expect(refused.level == .info && refused.fields.map(\.key) == ["retry_after_s"])
        read(at: 20)
        let unknown = try #require(feed(.lease(.inventory, .unknown("no answer")), at: 21).lines.first)
        #expect(unknown.message == "failed to obtain database row count metrics lock, will retry...")
        #expect(unknown.level == .warning && unknown.fields.map(\.key) == ["error", "retry_after_s"])
    }
}

extension [FarmEffect] {
    /// Those about the inventory.
    fileprivate var requests: [LeaseRequest] {
        compactMap { if case .lease(let request) = $0 { request } else { nil } }
    }

    fileprivate var lines: [LogLine] {
        compactMap { if case .log(let line) = $0 { line } else { nil } }
    }
}
