import HelioFarm
import HelioNode
import Testing

/// The farm of one gives a lease at once, as if there were others.
struct StandaloneLeaseTests {
    private static func moment(_ seconds: Int64) -> Moment {
        Moment(monotonic: MonotonicTime(nanoseconds: seconds * 1_000_000_000), wall: WallTime(millisecondsSince1970: seconds * 1000))
    }

    @Test func lease_IsGivenAtOnce_AndItsNumberRises() async throws {
        let coordinator = StandaloneCoordinator(now: { Self.moment(1000) })
        let id = try #require(MemberID("00000000-0000-4000-8000-000000000001"))
        let owner = MemberRecord(id: id, name: "n", host: "127.0.0.1", port: 1, version: "0", upstream: "u")
        let first = await coordinator.ask(.acquire(.inventory, for: .seconds(30)), owner: owner, floor: 0)
        #expect(first == .granted(fence: 1_000_000))
        #expect(await coordinator.ask(.renew(.inventory, fence: 1_000_000, for: .seconds(30)), owner: owner, floor: 0) == first)
        _ = await coordinator.ask(.release(.inventory, fence: 1_000_000), owner: owner, floor: 0)
        #expect(await coordinator.ask(.acquire(.inventory, for: .seconds(30)), owner: owner, floor: 0) == .granted(fence: 1_000_001))
    }
}
