import HelioNode
import HelioStore
import TestSupport
import Testing

@testable import HelioWebhooks

/// An endpoint for which much waits.
struct CrowdedLineTests {
    private static let concurrency = 50

    /// Each delivery that ends puts another one behind what waits, and then the next begins. If that one kept what waits, the next end
    /// would have it copied, each time.
    @Test func deliveriesOnTheirWay_KeepNoCopyOfWhatWaits() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Store.open(directory.path)
        try await fill(store)
        let (receiver, allowed) = (Receiver(), Counter())
        await receiver.answer { delivery, _ in
            guard let number = Int(delivery.id) else {
                await FastClock.pass(.seconds(100_000))
                return .failed("cancelled")
            }
            while allowed.value < number, !Task.isCancelled { await FastClock.pass(.seconds(2)) }
            return .answered(status: 200, retryAfter: nil)
        }
        let dispatcher = Dispatcher(store: store, surroundings: .fast(receiver), version: "1", concurrency: Self.concurrency, seed: 7)
        try await dispatcher.configure([Endpoint(name: "ci", url: "http://ci.test/", events: [.repositorySynchronized])])
        var places: Set<UInt> = []
        for round in 1...Self.concurrency {
            allowed.add()
            try await eventually("the next begins") { await receiver.ids.count == Self.concurrency + round }
            places.insert(try await dispatcher.placeOfWhatWaits(for: "ci"))
        }
        // It moves when it needs more room.
        #expect(places.count <= 3, "\(places.count) places for \(Self.concurrency) deliveries")
        await dispatcher.stop()
    }

    /// One for each of many repositories, and another one for those that go at once.
    private func fill(_ store: Store) async throws {
        let first = (1...Self.concurrency).map { event("\($0)", of: $0) }
        let others = ((Self.concurrency + 1)...1000).map { event("other-\($0)", of: $0) }
        let followers = (1...Self.concurrency).map { event("follower-\($0)", of: $0) }
        try await store.post(first + others + followers, at: FastClock.now().wall)
    }

    private func event(_ id: String, of repository: Int) -> OutboxEvent {
        OutboxEvent(
            webhookID: id, key: "mirror:repo_synchronized", repository: RepositoryID(Int64(repository)), body: Array("{}".utf8),
            endpoints: ["ci"])
    }
}

extension Dispatcher {
    /// Where in memory.
    fileprivate func placeOfWhatWaits(for endpoint: String) throws -> UInt {
        let line = try #require(places[endpoint]?.line)
        let ready = try #require(Mirror(reflecting: line).descendant("ready", "storage") as? [LineHead])
        return ready.withUnsafeBufferPointer { UInt(bitPattern: $0.baseAddress) }
    }
}
