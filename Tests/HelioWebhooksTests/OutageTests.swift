import HelioNode
import HelioStore
import Synchronization
import TestSupport
import Testing

@testable import HelioWebhooks

/// A receiver that is away for an hour of the fast clock, with the real outbox.
struct OutageTests {
    private static let events = 10_000

    @Test func hourWithoutAReceiver_CostsFewProbes_AndNoEvent_AndDelaysNoOther() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Store.open(directory.path)
        try await fill(store)
        let receiver = Receiver()
        let isBack = Atomic(false)
        let probes = Atomic(0)
        let died = Atomic(0)
        await receiver.answer { delivery, _ in
            guard delivery.url.contains("ci.test"), !isBack.load(ordering: .relaxed) else { return .answered(status: 200, retryAfter: nil) }
            return .failed("Connection refused")
        }
        let surroundings = Surroundings.fast(receiver) { observation in
            switch observation {
            case .ended("ci", _, .failed, _, _) where !isBack.load(ordering: .relaxed): probes.add(1, ordering: .relaxed)
            case .ended(_, _, .dead, _, _): died.add(1, ordering: .relaxed)
            default: break
            }
        }
        let dispatcher = Dispatcher(store: store, surroundings: surroundings, version: "1", seed: 7)
        try await dispatcher.configure(["ci", "chat"].map { Endpoint(name: $0, url: "http://\($0).test/", events: [.repositorySynchronized]) })
        let began = FastClock.now().monotonic
        var slowest = Duration.zero
        var number = 0
        while FastClock.now().monotonic.nanoseconds - began.nanoseconds < 3_600_000_000_000 {
            let posted = ContinuousClock.now
            try await post("chat-\(number)", of: 1, to: "chat", store)
            await dispatcher.added(RepositoryID(1), to: ["chat"])
            try await eventually("chat gets it") { await receiver.ids.contains("chat-\(number)") }
            slowest = max(slowest, ContinuousClock.now - posted)
            number += 1
            try await Pace.take(.milliseconds(50))
        }
        // Five failures in a row open the breaker; as many more may have been under way.
        #expect(probes.load(ordering: .relaxed) <= 20 + Breaker.failuresToOpen + 8)
        #expect(slowest < .seconds(Patience.factor))
        isBack.store(true, ordering: .relaxed)
        try await eventually(within: 60, "all are delivered") {
            try await store.outboxCounts(of: ["ci", "chat"]).pending == 0
        }
        #expect(died.load(ordering: .relaxed) == 0)
        let delivered = Set(await receiver.deliveries.filter { $0.url.contains("ci.test") }.map(\.id))
        #expect(delivered.count == Self.events)
        await dispatcher.stop()
    }

    private func fill(_ store: Store) async throws {
        for first in stride(from: 0, to: Self.events, by: 500) {
            let events = (first..<(first + 500)).map { event("ci-\($0)", of: Int64($0 % 1000 + 1), to: "ci") }
            try await store.post(events, at: FastClock.now().wall)
        }
    }

    private func post(_ id: String, of repository: Int64, to endpoint: String, _ store: Store) async throws {
        try await store.post([event(id, of: repository, to: endpoint)], at: FastClock.now().wall)
    }

    private func event(_ id: String, of repository: Int64, to endpoint: String) -> OutboxEvent {
        OutboxEvent(
            webhookID: id, key: "mirror:repo_synchronized", repository: RepositoryID(repository), body: Array("{\"n\":\"\(id)\"}".utf8),
            endpoints: [endpoint])
    }
}
