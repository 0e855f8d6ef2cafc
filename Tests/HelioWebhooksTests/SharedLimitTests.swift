import Testing

@testable import HelioWebhooks

struct SharedLimitTests {
    private var limit = SharedLimit(places: 2)

    @Test mutating func firstOfEachEndpoint_TakesNoPlace() {
        for name in ["a", "b", "c"] { limit.began(name) }
        #expect(limit.hasRoom)
        for _ in 0..<2 { limit.began("a") }
        #expect(!limit.hasRoom)
        limit.ended("a")
        #expect(limit.hasRoom)
    }

    @Test mutating func whoHasWaitedLongest_IsNext_AndOnlyWhileThereIsRoom() {
        for _ in 0..<3 { limit.began("a") }
        for name in ["b", "c", "b"] { limit.wait(name) }
        let none = limit.nextWaiting()
        #expect(none == nil)
        limit.ended("a")
        let next = [limit.nextWaiting(), limit.nextWaiting(), limit.nextWaiting()]
        #expect(next == ["b", "c", nil])
    }

    @Test mutating func endpoint_IsIdle_OnceAllHaveEnded() {
        for _ in 0..<2 { limit.began("a") }
        limit.ended("a")
        #expect(!limit.isIdle("a"))
        limit.ended("a")
        #expect(limit.isIdle("a"))
    }
}
