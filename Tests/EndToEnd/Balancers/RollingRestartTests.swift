import Foundation
import TestSupport
import Testing

extension Peers.Balancers {
    /// Nodes are restarted, drained and killed at noon, behind the configurations that are shipped.
    @Suite struct RollingRestarts {
        private static let name = "mirror-"

        private static func scene() async throws -> (FarmScene, agents: [Int]) {
            let scene = try await FarmScene(shutdown: "{ notice: 4s, drain: 5s }")
            let agents = try scene.nodes.map { _ in try NodeFixture.freePort() }
            for (node, agent) in zip(scene.nodes, agents) { try node.append("agent: { listen: 127.0.0.1:\(agent) }") }
            try await scene.start()
            try await scene.synchronized()
            return (scene, agents)
        }

        @Test func restartsAndDrains_FailNoRequest_BehindHAProxy() async throws {
            let (scene, agents) = try await Self.scene()
            let balancer = try await HAProxy(in: scene.directory.path, before: scene.nodes, agents: agents)
            for number in 1...3 { try await balancer.waitUntil("mirror-\(number)", "is up") { $0.isUp } }
            let load = Load(on: balancer.port)
            for round in 0..<9 {
                let (node, name) = (scene.nodes[round % 3], "mirror-\(round % 3 + 1)")
                #expect(try await node.end() == 0)
                try node.start()
                try await node.waitForState("SYNCHRONIZED")
                try await balancer.waitUntil(name, "is up again") { $0.isUp }
            }
            for (index, node) in scene.nodes.enumerated() {
                #expect(try node.command("drain", "--reason", "a new disk").status == 0)
                try await balancer.waitUntil("mirror-\(index + 1)", "is drained") { $0.operation != 2 || $0.administration & 8 != 0 }
                #expect(try node.command("undrain").status == 0)
                try await balancer.waitUntil("mirror-\(index + 1)", "is up again") { $0.isUp }
            }
            let outcome = try await load.end()
            #expect(outcome.failures.isEmpty && outcome.answered > 5000, "\(outcome.answered) answered, \(outcome.failures.prefix(5))")
        }

        @Test func killedNode_IsOutWithinThreeSeconds_AndFailsNoRequest_BehindHAProxy() async throws {
            let (scene, agents) = try await Self.scene()
            let balancer = try await HAProxy(in: scene.directory.path, before: scene.nodes, agents: agents)
            for number in 1...3 { try await balancer.waitUntil("mirror-\(number)", "is up") { $0.isUp } }
            let load = Load(on: balancer.port)
            try await eventually("requests are answered") { load.answered > 200 }
            scene.nodes[1].kill()
            try await balancer.waitUntil("mirror-2", within: 3, "is out") { $0.operation == 0 }
            let outcome = try await load.end()
            #expect(outcome.failures.isEmpty, "\(outcome.failures.prefix(5))")
        }

        /// nginx without a subscription asks for nobody's health: what it can do is to ask another node at once.
        @Test func restarts_FailNoRequest_BehindNginx() async throws {
            let (scene, _) = try await Self.scene()
            let balancer = try await NginxBalancer(in: scene.directory.path, before: scene.nodes)
            let load = Load(on: balancer.port)
            try await eventually("requests are answered") { load.answered > 200 }
            for target in ["/status", "/readyz?max_lag=0s"] { // 503 by a client's wish would set node after node aside
                #expect(try HTTPCall("http://127.0.0.1:\(balancer.port)\(target)").status == 404)
            }
            for node in scene.nodes {
                #expect(try await node.end() == 0)
                try node.start()
                try await node.waitForState("SYNCHRONIZED")
            }
            scene.nodes[0].kill()
            try await eventually("requests go on") { try HTTPCall("http://127.0.0.1:\(balancer.port)/livez").status == 200 }
            let outcome = try await load.end()
            #expect(outcome.failures.isEmpty && outcome.answered > 100, "\(outcome.answered) answered, \(outcome.failures.prefix(5))")
        }
    }
}
