import HelioNode
import HelioStore
import TestSupport
import Testing

@testable import HelioWebhooks

struct DispatcherTests {
    let directory: TemporaryDirectory
    let store: Store
    let receiver = Receiver()

    init() async throws {
        directory = try TemporaryDirectory()
        store = try await Store.open(directory.path)
    }

    private func endpoint(_ name: String, url: String? = nil, active: Bool = true) -> Endpoint {
        Endpoint(name: name, url: url ?? "http://\(name).test/hook", events: [.repositorySynchronized], isActive: active)
    }

    private func dispatcher(_ endpoints: [Endpoint], secrets: String? = nil) async throws -> Dispatcher {
        let dispatcher = Dispatcher(store: store, surroundings: .fast(receiver, secrets: secrets), version: "1", seed: 7)
        try await dispatcher.configure(endpoints)
        return dispatcher
    }

    private func post(_ id: String, of repository: Int64, to endpoints: [String] = ["ci"]) async throws {
        try await store.post([
            OutboxEvent(
                webhookID: id, key: "mirror:repo_synchronized", repository: RepositoryID(repository), body: Array("{\"n\":\"\(id)\"}".utf8),
                endpoints: endpoints)
        ], at: FastClock.now().wall)
    }

    private func allDelivered(_ count: Int) async throws {
        try await eventually(within: 20, "\(count) delivered") {
            try await store.deliveries(.delivered, limit: 10_000).count == count
        }
    }

    @Test func whatWaits_IsDelivered_InOrderWithinEachRepository() async throws {
        for number in 0..<300 { try await post("r\(number % 7)-\(number / 7)", of: Int64(number % 7 + 1)) }
        let dispatcher = try await dispatcher([endpoint("ci")], secrets: "secret")
        try await allDelivered(300)
        for repository in 0..<7 {
            let numbers = await receiver.ids.filter { $0.hasPrefix("r\(repository)-") }.compactMap { Int($0.split(separator: "-")[1]) }
            #expect(numbers == Array(0..<numbers.count))
        }
        let delivery = try #require(await receiver.deliveries.first)
        #expect(delivery.headers["X-Event-Key"] == "mirror:repo_synchronized" && delivery.headers["User-Agent"] == "Heliostat/1")
        #expect(delivery.headers["X-Hub-Signature"]?.hasPrefix("sha256=") == true)
        #expect(delivery.headers["webhook-signature"]?.hasPrefix("v1,") == true)
        await dispatcher.stop()
    }

    @Test func whatComesWhileOthersAreOnTheirWay_IsDelivered() async throws {
        let dispatcher = try await dispatcher([endpoint("ci")])
        await withTaskGroup { group in
            for repository in 1...8 as ClosedRange<Int64> {
                group.addTask {
                    for number in 0..<40 {
                        try? await self.post("r\(repository)-\(number)", of: repository)  // a failure shows in the count
                        await dispatcher.added(RepositoryID(repository), to: ["ci"])
                    }
                }
            }
        }
        try await allDelivered(320)
        #expect(await Set(receiver.ids).count == 320)
        await dispatcher.stop()
    }

    @Test func failures_AreTriedAgain_WithTheSameIdAndBody_AndAnotherRequestId() async throws {
        await receiver.answer { _, earlier in .answered(status: earlier < 2 ? 500 : 204, retryAfter: nil) }
        try await post("a", of: 1)
        let dispatcher = try await dispatcher([endpoint("ci")])
        try await allDelivered(1)
        let sent = await receiver.deliveries
        #expect(sent.count == 3 && Set(sent.map(\.body)).count == 1 && Set(sent.map(\.id)) == ["a"])
        #expect(Set(sent.map { $0.headers["X-Request-Id"] }).count == 3)
        await dispatcher.stop()
    }

    @Test func deadEndpoint_DelaysNoOther() async throws {
        await receiver.answer { delivery, _ in
            guard delivery.url.contains("dead") else { return .answered(status: 200, retryAfter: nil) }
            await FastClock.pass(.seconds(10))
            return .failed("timed out")
        }
        let dead = (0..<200).map { endpoint("dead\($0)") }
        let dispatcher = try await dispatcher(dead + [endpoint("ci")])
        try await post("a", of: 1, to: dead.map(\.name))
        await dispatcher.added(RepositoryID(1), to: dead.map(\.name))
        let start = ContinuousClock.now
        for number in 0..<20 {
            try await post("b\(number)", of: 2)
            await dispatcher.added(RepositoryID(2), to: ["ci"])
        }
        try await allDelivered(20)
        #expect(ContinuousClock.now - start < .seconds(5 * Patience.factor))
        await dispatcher.stop()
    }

    @Test func gone_IsRemembered_UntilEnabledOrAnotherURL() async throws {
        await receiver.answer { _, _ in .answered(status: 410, retryAfter: nil) }
        try await post("a", of: 1)
        let first = try await dispatcher([endpoint("ci")])
        try await eventually(within: 10, "closed") { try await store.closedEndpoints()["ci"] != nil }
        #expect(await first.statuses.map(\.state) == [.gone])
        await first.stop()
        await receiver.answer { _, _ in .answered(status: 200, retryAfter: nil) }
        let second = try await dispatcher([endpoint("ci")])
        #expect(await second.statuses.map(\.state) == [.gone])
        #expect(try await store.deliveries(.pending, limit: 10).count == 1)
        #expect(try await second.enable("other") == false)
        #expect(try await second.enable("ci"))
        try await allDelivered(1)
        await second.stop()
        try await store.closeEndpoint("ci", url: "http://ci.test/hook", at: FastClock.now().wall)
        try await post("b", of: 1)
        let third = try await dispatcher([endpoint("ci", url: "http://elsewhere.test/")])
        try await allDelivered(2)
        #expect(try await store.closedEndpoints().isEmpty)
        await third.stop()
    }

    @Test func endpointThatLeavesAndReturns_GetsEachOnce_InOrder() async throws {
        for number in 0..<20 { try await post("r-\(number)", of: 1) }
        await receiver.answer { _, _ in
            await FastClock.pass(.seconds(20))
            return .answered(status: 200, retryAfter: nil)
        }
        let dispatcher = try await dispatcher([endpoint("ci")])
        for _ in 0..<50 {
            try await eventually("one is on its way") { await receiver.ids.count > 0 }
            try await dispatcher.configure([])
            try await dispatcher.configure([endpoint("ci")])
        }
        try await allDelivered(20)
        #expect(await receiver.ids == (0..<20).map { "r-\($0)" })
        #expect(await dispatcher.statuses.map(\.state) == [.active])
        await dispatcher.stop()
    }

    /// A reload that has to wait for the store, while deliveries of others come to their ends.
    @Test func reload_ForgetsNothingThatEndedMeanwhile() async throws {
        await receiver.answer { delivery, _ in .answered(status: delivery.url.contains("gone") ? 410 : 200, retryAfter: nil) }
        let dispatcher = try await dispatcher([endpoint("ci"), endpoint("gone")])
        try await post("first", of: 1, to: ["gone"])
        await dispatcher.added(RepositoryID(1), to: ["gone"])
        try await eventually("it is gone") { try await !store.closedEndpoints().isEmpty }
        for round in 0..<30 {
            let repositories = (1...8).map { Int64($0) }
            for repository in repositories { try await post("r\(repository)-\(round)", of: repository) }
            async let reloaded: Void = dispatcher.configure([endpoint("ci"), endpoint("gone", url: "http://gone.test/\(round)")])
            for repository in repositories { await dispatcher.added(RepositoryID(repository), to: ["ci"]) }
            try await reloaded
        }
        try await allDelivered(240)
        await dispatcher.stop()
    }

    @Test func inactiveEndpoint_KeepsItsEvents_UntilItIsActiveAgain() async throws {
        try await post("a", of: 1)
        let dispatcher = try await dispatcher([endpoint("ci", active: false)])
        await FastClock.pass(.seconds(100))
        #expect(await receiver.ids.isEmpty)
        try await dispatcher.configure([])
        try await dispatcher.configure([endpoint("ci")])
        try await allDelivered(1)
        await dispatcher.stop()
    }

    @Test func unusableSecret_SendsNothing_AndCostsNoAttempt() async throws {
        try await post("a", of: 1)
        let dispatcher = try await dispatcher([endpoint("ci")], secrets: "\n")
        try await eventually(within: 10, "the reason") { await dispatcher.statuses.first?.lastError == "holds no secret" }
        #expect(await dispatcher.statuses.map(\.state) == [.unreachable])
        #expect(try await store.deliveries(.pending, limit: 1).first?.attempts == 0)
        #expect(await receiver.ids.isEmpty)
        await dispatcher.stop()
    }

    /// As where its file is on a disk that hangs.
    @Test func secretThatNeverComes_DelaysNoOtherEndpoint() async throws {
        var surroundings = Surroundings.fast(receiver)
        surroundings.keys = { endpoint throws(SecretsUnusable) in
            guard endpoint.name == "hung" else { return nil }
            await FastClock.pass(.seconds(100_000))
            throw SecretsUnusable("cancelled")
        }
        let dispatcher = Dispatcher(store: store, surroundings: surroundings, version: "1", seed: 7)
        try await dispatcher.configure([endpoint("hung"), endpoint("ci")])
        for repository in 1...20 as ClosedRange<Int64> {
            try await post("r\(repository)", of: repository, to: ["hung", "ci"])
            await dispatcher.added(RepositoryID(repository), to: ["hung", "ci"])
        }
        try await allDelivered(20)
        let urls = await Set(receiver.deliveries.map(\.url))
        #expect(urls == ["http://ci.test/hook"])
        await dispatcher.stop()
        let attempts = try await store.deliveries(.pending, limit: 100).map(\.attempts)
        #expect(attempts == Array(repeating: 0, count: 20))
    }

    @Test func bodyThatIsRefusedForEver_IsGivenUp_WhenWhatComesAfterItIsTaken() async throws {
        await receiver.answer { delivery, _ in .answered(status: delivery.id == "bad" ? 500 : 200, retryAfter: nil) }
        try await post("bad", of: 1)
        try await post("good", of: 1)
        try await post("better", of: 1)
        let dispatcher = try await dispatcher([endpoint("ci")])
        try await allDelivered(2)
        let dead = try #require(try await store.deliveries(.dead, limit: 10).first)
        #expect(dead.webhookID == "bad" && dead.error?.contains("given up") == true)
        #expect(await receiver.ids.filter { $0 != "bad" } == ["good", "better"])
        await dispatcher.stop()
    }

    /// By hand, while what came after it waits for as long as the receiver has asked, or is on its way and will wait then.
    @Test(arguments: [false, true]) func sentAgain_GoesBefore_WhatCameAfterIt(isOnItsWay: Bool) async throws {
        let allowed = Counter()
        await receiver.answer { delivery, _ in
            guard delivery.id == "new" else { return .answered(status: 200, retryAfter: nil) }
            while allowed.value == 0, !Task.isCancelled { await FastClock.pass(.seconds(2)) }
            return .answered(status: 429, retryAfter: "80000")
        }
        try await post("old", of: 1)
        let dispatcher = try await dispatcher([endpoint("ci")])
        try await allDelivered(1)
        try await post("new", of: 1)
        await dispatcher.added(RepositoryID(1), to: ["ci"])
        try await eventually("it is on its way") { await receiver.ids == ["old", "new"] }
        if !isOnItsWay {
            allowed.add()
            try await eventually("it waits") { try await store.deliveries(.pending, limit: 1).first?.attempts == 1 }
        }
        let old = try #require(try await store.deliveries(.delivered, limit: 1).first)
        let sent = try await store.redeliver(old.id, toOneOf: ["ci"])
        #expect(sent?.endpoint == "ci")
        await dispatcher.added(RepositoryID(1), to: ["ci"])
        if isOnItsWay { allowed.add() }
        try await eventually("the old one is sent again") { await receiver.ids == ["old", "new", "old"] }
        await dispatcher.stop()
    }

    /// A farm's event that this node took over, and that its first sender came back to send. After what came later it must not come again.
    @Test func whatAnotherNodeHasSent_IsNotSentAgain() async throws {
        await receiver.answer { delivery, _ in .answered(status: delivery.id == "id-1" ? 500 : 200, retryAfter: nil) }
        try await takeOver(1)
        let dispatcher = try await dispatcher([endpoint("ci")])
        try await eventually("it is refused") { await receiver.ids.contains("id-1") }
        let sender = try #require(MemberID("00000002-0000-4000-8000-000000000002"))
        try await store.settleStandby(RepositoryID(9), number: 1, endpoint: "ci", by: sender, at: FastClock.now().wall)
        let attempts = await receiver.ids.count { $0 == "id-1" }
        try await takeOver(2)
        await dispatcher.added(RepositoryID(9), to: ["ci"])
        try await eventually(within: 20, "the next") { await receiver.ids.contains("id-2") }
        let ids = await receiver.ids
        // One may have been on its way.
        #expect(ids.count { $0 == "id-1" } <= attempts + 1 && ids.last == "id-2", "\(ids)")
        await dispatcher.stop()
    }

    /// A node of a farm holds back at its start what others may have sent meanwhile.
    @Test func whatIsLetGoAfterAStart_IsProbedFirst_WhereItHadFailedBefore() async throws {
        await receiver.answer { _, _ in .answered(status: 500, retryAfter: nil) }
        try await takeOver(1)
        let first = try await dispatcher([endpoint("ci")])
        try await eventually("it has failed") { try await store.deliveries(.pending, limit: 1).first?.attempts ?? 0 > 0 }
        await first.stop()
        let attempts = try await store.deliveries(.pending, limit: 1).first?.attempts
        try await store.holdBack()
        let second = try await dispatcher([endpoint("ci")])
        let before = await receiver.ids.count
        #expect(try await store.release(RepositoryID(9)) == ["ci"])
        await second.added(RepositoryID(9), to: ["ci"])
        try await eventually("it is probed") { await receiver.ids.count > before + 3 }
        #expect(await second.statuses.map(\.state) == [.unreachable])
        #expect(try await store.deliveries(.pending, limit: 1).first?.attempts == attempts)
        await receiver.answer { _, _ in .answered(status: 200, retryAfter: nil) }
        try await allDelivered(1)
        await second.stop()
    }

    private func takeOver(_ number: Int64) async throws {
        let content = MirrorHash.known(Digest(raw: [UInt8](repeating: UInt8(number), count: 32)))
        let event = OutboxEvent(
            webhookID: "id-\(number)", key: "mirror:repo_synchronized", repository: RepositoryID(9), number: number, body: [1], endpoints: ["ci"])
        let sender = try #require(MemberID("00000002-0000-4000-8000-000000000002"))
        let agreed = AgreedAnnouncement(
            event: event, repository: RepositoryID(9), number: number, content: content, changes: nil, sender: sender, isPublished: true)
        try await store.adopt(agreed, at: FastClock.now().wall)
        #expect(try await store.release(RepositoryID(9)) == ["ci"])
    }

    @Test func cancelledDelivery_IsSentAgain_AfterARestart() async throws {
        await receiver.answer { _, _ in
            await FastClock.pass(.seconds(100_000))
            return .failed("cancelled")
        }
        try await post("a", of: 1)
        let first = try await dispatcher([endpoint("ci")])
        try await eventually(within: 10, "on its way") { await receiver.ids == ["a"] }
        await first.stop()
        #expect(try await store.deliveries(.pending, limit: 1).first?.attempts == 0)
        await receiver.answer { _, _ in .answered(status: 200, retryAfter: nil) }
        let second = try await dispatcher([endpoint("ci")])
        try await allDelivered(1)
        await second.stop()
    }
}
