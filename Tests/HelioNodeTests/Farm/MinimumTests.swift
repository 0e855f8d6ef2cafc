import Testing

@testable import HelioNode

/// `status.min_synchronized`, as operators set it and set it anew.
struct MinimumTests {
    private static func at(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    private static func record(_ number: Int, _ state: NodeState, most: Int = 0) throws -> MemberRecord {
        let id = try #require(MemberID("00000000-0000-4000-8000-00000000000\(number)"))
        var record = MemberRecord(
            id: id, name: "n\(number)", host: "127.0.0.1", port: 1, version: "0", upstream: "u", mostSynchronized: most)
        record.standing.state = state
        return record
    }

    private static func settings(_ minimum: Int) -> FarmSettings {
        var settings = FarmSettings()
        settings.minimumSynchronized = minimum
        return settings
    }

    /// A node that synchronises for the first time, among others.
    private static func reached(_ others: [MemberRecord], minimum: Int, then raised: Int? = nil) throws -> Bool {
        let record = try record(1, .metadataSynchronized)
        var machine = FarmMachine(record, settings: settings(minimum), seed: 1, now: at(0))
        let reading = FarmReading(beganAt: at(1), members: others, wasRegistered: true, epoch: 1)
        _ = machine.handle(.read(reading), at: at(1))
        if let raised { _ = machine.handle(.reconfigured(settings(raised)), at: at(2)) }
        return machine.view(at: at(2)).minimumWasReached
    }

    @Test func minimum_IsReached_OnceSoManyWereSynchronizedTogether() throws {
        let (good, young) = (try Self.record(2, .synchronized), try Self.record(3, .metadataSynchronized))
        #expect(try Self.reached([good, young], minimum: 1))
        #expect(try !Self.reached([good, young], minimum: 2))
        #expect(try Self.reached([good, Self.record(3, .bootstrapped, most: 2)], minimum: 2), "another has seen it")
    }

    /// One node of five takes all the traffic, and the operator asks for three.
    @Test func raisedMinimum_IsNotReached_ByWhatWasEnoughBefore() throws {
        #expect(try !Self.reached([Self.record(2, .synchronized, most: 1)], minimum: 1, then: 3))
    }
}
