import Foundation
import TestSupport
import Testing

extension Peers.Balancers {
    /// What HAProxy's agent check makes of a node.
    @Suite struct AgentChecks {
        /// One line, and the end, whatever the other side sends.
        @Test func everyConnection_GetsOneLine() async throws {
            let scene = try Scene(extra: "")
            let agent = try NodeFixture.freePort()
            try scene.node.append("agent: { listen: 127.0.0.1:\(agent) }")
            try scene.node.start()
            try await scene.node.waitForState("SYNCHRONIZED")
            for sent in ["", "heliostat\n", String(repeating: "x", count: 100_000)] {
                let client = try RawClient(port: agent)
                if !sent.isEmpty { try client.send(sent) }
                #expect(String(decoding: try client.receiveAll(), as: UTF8.self) == "ready 100%\n")
            }
            // Somebody who never hangs up is hung up on.
            let before = try Self.descriptors(of: scene.node)
            let silent = try (0..<80).map { _ in try RawClient(port: agent) }
            try await eventually("they are gone") { try Self.descriptors(of: scene.node) <= before }
            withExtendedLifetime(silent) {}
            _ = try scene.node.command("drain", "--reason", "new disk\u{E9}")
            #expect(String(decoding: try RawClient(port: agent).receiveAll(), as: UTF8.self) == "drain #new disk?\n")
            #expect(try await scene.node.end() == 0)
            #expect(!canConnect(to: agent))
        }

        private static func descriptors(of node: NodeFixture) throws -> Int {
            try FileManager.default.contentsOfDirectory(atPath: "/proc/\(node.processID)/fd").count
        }

        @Test func weight_FollowsTheLag_AndDrainIsSeen() async throws {
            let scene = try Scene(extra: "ready: { max_lag: 8s, resume_lag: 2s, hold: 0s }\nsync: { interval: 1s }")
            let agent = try NodeFixture.freePort()
            try scene.node.append("agent: { listen: 127.0.0.1:\(agent) }")
            try scene.node.start()
            try await scene.node.waitForState("SYNCHRONIZED")
            let others = scene.node
            // It says nothing itself, and asks more often than once a second.
            let balancer = try await HAProxy(in: scene.directory.path, before: [others, others, others], agents: [agent, agent, agent]) {
                $0.replacingOccurrences(of: "agent-inter 2s", with: "agent-inter 500ms")
            }
            try await balancer.waitUntil("mirror-1", "is up") { $0.isUp && $0.weight == 100 }
            // A change that the node knows of, and cannot get.
            try scene.script(
                """
                c=$(git -c user.name=t -c user.email=t@example.com commit-tree -m more HEAD^{tree})
                git update-ref refs/heads/main $c
                mv "$GIT_DIR/objects/$(echo $c | cut -c1-2)" "$GIT_DIR/hidden"
                """)
            try await balancer.waitUntil("mirror-1", "weighs less") { (11...99).contains($0.weight) }
            try await balancer.waitUntil("mirror-1", "weighs the least") { $0.weight == 10 && $0.operation == 2 }
            try scene.script(#"mv "$GIT_DIR/hidden" "$GIT_DIR/objects/$(git rev-parse main | cut -c1-2)""#)
            try await balancer.waitUntil("mirror-1", within: 40, "weighs all again") { $0.weight == 100 }
            _ = try scene.node.command("drain", "--reason", "new disk")
            try await balancer.waitUntil("mirror-1", "is drained") { $0.administration & 8 != 0 }
            _ = try scene.node.command("undrain")
            try await balancer.waitUntil("mirror-1", "is up again") { $0.isUp }
        }
    }
}
