import Foundation
import TestSupport
import Testing

extension Farms {
    /// Losing what only one node may do at a time, in every way there is.
    @Suite struct FarmLeases {
        enum Loss: CaseIterable {
            case stopped, cut, restarted, emptied, delayed
        }

        /// How many; more with `HELIOSTAT_EPISODES`.
        private static let episodes = ProcessInfo.processInfo.environment["HELIOSTAT_EPISODES"].flatMap { Int($0) } ?? 20

        @Test func lostLease_DoublesNothing() async throws {
            let farm = try await FarmScene(farm: ", lease: 1s", extra: "vet: { interval: 1h }") { try DelayingProxy(to: $0) }
            try await farm.start()
            for episode in 0..<Self.episodes {
                try await lose(Loss.allCases[episode % Loss.allCases.count], farm)
                try await farm.seen(3, within: 30)
                try await eventually(within: 20, "node of episode \(episode) orders again") { try await orders(farm, by: episode % 3) }
            }
            for (index, node) in farm.nodes.enumerated() { check(node, index) }
            let rejected = try farm.nodes.map { try $0.metrics().value("heliostat_fence_rejected_total") }
            #expect(rejected.reduce(0, +) >= Double(Self.episodes / 20), "\(rejected)")
        }

        private func lose(_ loss: Loss, _ farm: FarmScene) async throws {
            let first = farm.nodes[0]
            switch loss {
            case .stopped:
                _ = try first.command("vet")
                first.suspend()
                try await Pace.take(.seconds(2))
                _ = try farm.nodes[1].command("vet")
                first.signal(SIGCONT)
            case .cut:
                _ = try first.command("vet")
                try redis(farm, "CLIENT", "KILL", "TYPE", "normal")
            case .restarted:
                _ = try first.command("vet")
                farm.redis.kill()
                try await farm.redis.start()
            case .emptied:
                _ = try first.command("vet")
                try redis(farm, "FLUSHALL")
                _ = try farm.nodes[1].command("vet")
            case .delayed: try await delay(farm)
            }
        }

        /// The first node's order is on its way for longer than its lease; meanwhile another node orders.
        private func delay(_ farm: FarmScene) async throws {
            let proxy = try #require(farm.proxy)
            proxy.hold(at: "\r\nvet\r\n$2\r\nop")
            // The lease may still be another's: then there is no order.
            try await eventually(within: 20, "an order under way") {
                _ = try farm.nodes[0].command("vet")
                try await Pace.take(.milliseconds(300))
                return proxy.isHolding
            }
            try await eventually(within: 20, "another order") { try await orders(farm, by: 1) }
            proxy.release()
            try await eventually(within: 20, "a refusal of the old order") {
                farm.nodes[1].log.contains("an order is refused: its number is old")
            }
        }

        /// Whether a vet that is asked of this node is ordered from the others now.
        private func orders(_ farm: FarmScene, by index: Int) async throws -> Bool {
            let node = farm.nodes[index]
            let before = node.orders("vet of the farm ordered").count
            _ = try node.command("vet", "--wait", "--timeout", "10")
            // The lease is given a moment after so short a vet has ended.
            try await Pace.take(.milliseconds(300))
            return node.orders("vet of the farm ordered").count > before
        }

        private func redis(_ farm: FarmScene, _ words: String...) throws { try farm.redis.command(words) }

        /// Each order was obeyed once, and none after a newer one.
        private func check(_ node: NodeFixture, _ index: Int) {
            let obeyed = node.orders("vet ordered")
            #expect(Set(obeyed.map(\.id)).count == obeyed.count, "node \(index) obeyed an order twice")
            #expect(obeyed.map(\.fence) == obeyed.map(\.fence).sorted(), "node \(index) obeyed an older order after a newer one")
            let own = node.orders("vet of the farm ordered")
            #expect(Set(own.map(\.fence)).count == own.count, "node \(index) ordered twice under one number")
        }
    }
}

extension NodeFixture {
    /// Orders in its log, in order.
    func orders(_ message: String) -> [(id: String, fence: Int64)] {
        log.split(separator: "\n").compactMap { line in
            guard let match = line.firstMatch(of: #/"message":"([^"]*)"/#), match.output.1 == message,
                let id = line.firstMatch(of: #/"id":"([^"]*)"/#), let fence = line.firstMatch(of: #/"fence":"(\d+)"/#)
            else { return nil }
            return (String(id.output.1), Int64(fence.output.1) ?? 0)
        }
    }
}
