import Foundation
import TestSupport
import Testing

extension Peers {
    /// Thousands of events that wait, while secrets, endpoints, the disk and the clock change under them.
    @Suite struct WaitingEvents {
        private let scene: Scene
        private let receiver: RawReceiver

        init() throws {
            scene = try Scene()
            receiver = try RawReceiver { _ in RawReceiver.answer("200 OK") }
        }

        /// As if they had been announced while the receiver was away. The node must not be running.
        private func queue(_ count: Int, for endpoint: String) throws {
            try scene.node.sql(
                """
                WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count))
                INSERT INTO event (webhook_id, key, repository_id, number, change_id, created_at, body)
                SELECT 'event-' || i, 'mirror:repo_synchronized', i % 50 + 1, i, NULL, 1767312245678, CAST('{"n":' || i || '}' AS BLOB) FROM n;
                INSERT INTO delivery (event_id, endpoint, repository_id, state)
                SELECT id, '\(endpoint)', repository_id, 'pending' FROM event WHERE webhook_id LIKE 'event-%';
                """)
        }

        private func expectDelivered(_ count: Int) async throws {
            try await eventually(within: 60, "\(count) are delivered; \(receiver.requests.count) have come") {
                try scene.node.sql("SELECT count(*) FROM delivery WHERE state = 'delivered'") == "\(count)"
            }
            #expect(Set(receiver.requests.map { $0.header("webhook-id") ?? "" }).count == count)
        }

        @Test func rotatedSecret_AndReloads_LoseNothing_WithFiveThousandQueued() async throws {
            let endpoint = try "{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\", secret_file: \(scene.secretFile("old")) }"
            try scene.configure(webhooks: [endpoint])
            try await scene.synchronized()
            scene.node.kill()
            try queue(5000, for: "ci")
            try scene.node.start()
            try await eventually("some are delivered") { receiver.requests.count > 200 }
            _ = try scene.secretFile("new", "old")
            // Gone from the configuration for a while, and back.
            try scene.configure(webhooks: [])
            scene.node.signal(SIGHUP)
            try await eventually("reloaded") { scene.node.log.contains("\"changed\":\"webhooks.endpoints\"") }
            try scene.configure(webhooks: [endpoint])
            scene.node.signal(SIGHUP)
            try await expectDelivered(5000)
            let signatures = receiver.requests.map { ($0.header("webhook-signature") ?? "").split(separator: " ").count }
            #expect(Set(signatures) == [1, 2], "one secret before, two after")
            let numbers = receiver.requests.compactMap { Int(($0.header("webhook-id") ?? "").dropFirst(6)) }
            for repository in 0..<50 {
                let own = numbers.filter { $0 % 50 == repository }
                #expect(own == own.sorted(), "in order")
            }
            #expect(try await scene.node.end() == 0)
        }

        @Test(arguments: [400, -400])
        func steppedClock_NeitherHurriesNorDelaysARetry(days: Int64) async throws {
            let receiver = try RawReceiver { _ in RawReceiver.answer("500 No") }
            let clock = try WallClock(in: scene.directory.path)
            try scene.configure(webhooks: ["{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\" }"])
            try scene.node.start(environment: clock.environment)
            try await scene.node.waitForState("SYNCHRONIZED")
            try scene.upstream.commit("P/r", message: "a push")
            try scene.notify()
            try await eventually("the first attempt") { receiver.requests.count == 1 }
            let first = ContinuousClock.now
            try clock.step(to: days * 86_400)
            try await eventually("the second attempt") { receiver.requests.count == 2 }
            let waited = ContinuousClock.now - first
            #expect(waited > .seconds(4) && waited < .seconds(8), "5 s, give or take a tenth: \(waited)")
            // Over a restart a forward step is time that has passed, a backward one is none.
            scene.node.kill()
            try scene.node.start(environment: clock.environment)
            try await scene.node.waitForState("SYNCHRONIZED")
            try await eventually(within: 60, "the third attempt") { receiver.requests.count == 3 }
        }

        @Test func fullDisk_KeepsTheChangeFromHappening_UntilItsEventCanBeStored() async throws {
            try scene.configure(webhooks: ["{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\" }"])
            try await scene.synchronized()
            let before = try UpstreamFixture.contentHash(of: scene.node.copy("P/r"))
            let tracer = try await scene.node.inject("pwrite64:error=ENOSPC")
            try scene.upstream.commit("P/r", message: "no room for its event")
            try scene.notify()
            try await eventually("the disk is full") { scene.node.log.contains("\"reason\":\"disk\"") }
            #expect(try UpstreamFixture.contentHash(of: scene.node.copy("P/r")) == before)
            #expect(receiver.requests.isEmpty)
            tracer.stop()
            try await eventually(within: 40, "the event") { receiver.requests.count == 1 }
            #expect(scene.node.mirrors("P/r", of: scene.upstream))
            #expect(try await scene.node.end() == 0)
        }

        @Test func thousandEndpointsDown_ComeBack_AndHoldUpNobody() async throws {
            let port = try NodeFixture.freePort()
            let dead = (0..<999).map { "{ name: dead-\($0), url: \"http://127.0.0.1:\(port)/\($0)\" }" }
            try scene.configure(webhooks: dead + ["{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\" }"])
            try await scene.synchronized()
            try scene.upstream.commit("P/r", message: "a push")
            try scene.notify()
            // One after the other, 999 refusals and their back-offs would take minutes.
            try await eventually(within: 20, "the one that is there gets it") { receiver.requests.count == 1 }
            try await eventually(within: 30, "all have failed once") {
                try scene.node.sql("SELECT count(*) FROM delivery WHERE attempts >= 1 AND state = 'pending'") == "999"
            }
            #expect(scene.node.status()?.code == 200)
            let back = try RawReceiver(port: UInt16(port)) { _ in RawReceiver.answer("200 OK") }
            try await eventually(within: 60, "all of them have it") {
                try scene.node.sql("SELECT count(*) FROM delivery WHERE state = 'delivered'") == "1000"
            }
            #expect(back.requests.count == 999)
            #expect(try await scene.node.end() == 0)
        }
    }
}
