import TestSupport
import Testing

extension Faults {
    /// A node that joins a farm which has announced for a while: its own numbers begin at 0.
    @Suite struct FarmLateJoiner {
        private let names = (0..<6).map { "P/r\($0)" }

        /// A farm of three, the last of which has come since each repository was announced once.
        private func scene() async throws -> FarmScene {
            let farm = try await FarmScene(names, barrier: "8s")
            for node in farm.nodes[..<2] { try node.start() }
            for node in farm.nodes[..<2] { try await node.waitForState("SYNCHRONIZED", within: 40) }
            try await farm.seen(2)
            try await announce(farm, by: 2)
            try farm.nodes[2].start()
            try await farm.synchronized()
            return farm
        }

        /// One push to each repository, told to one of the first nodes.
        private func announce(_ farm: FarmScene, by count: Int) async throws {
            var commits: [String] = []
            for (number, name) in names.enumerated() { commits.append(try farm.push(name, telling: number % count)) }
            for commit in commits { try await eventually(within: 40, "an event of \(commit)") { farm.event(of: commit) != nil } }
        }

        /// The newcomer is the first in order for some of the repositories, and Redis does not know what it never heard of.
        @Test(arguments: [false, true]) func emptiedRedis_MakesNoSecondEvent(isRestarted: Bool) async throws {
            let farm = try await scene()
            if isRestarted {
                farm.redis.kill()
                try await farm.redis.start()
            } else {
                try farm.redis.command(["FLUSHALL"])
            }
            try await announce(farm, by: 3)
            // The next in order would tell it once more when the barrier is over.
            try await Pace.take(.seconds(15))
            #expect(farm.ids().count == 12)
            #expect(farm.ids().values.allSatisfy { $0.count == 1 }, "\(farm.ids())")
            for name in names { #expect(farm.events.count { $0.repository == name } == 2, "\(farm.events)") }
        }
    }
}
