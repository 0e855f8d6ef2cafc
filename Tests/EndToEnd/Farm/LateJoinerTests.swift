import TestSupport
import Testing

extension Farms {
    /// A node that joins a farm which has announced for a while: its own numbers begin at 0.
    @Suite struct FarmLateJoiner {
        private let names = (0..<6).map { "P/r\($0)" }

        /// A farm of which the first two nodes are there, and have announced something of each repository.
        private func scene(barrier: String = "4s") async throws -> FarmScene {
            let farm = try await FarmScene(names, barrier: barrier)
            for node in farm.nodes[..<2] { try node.start() }
            for node in farm.nodes[..<2] { try await node.waitForState("SYNCHRONIZED", within: 40) }
            try await farm.seen(2)
            try await announce(farm, by: [0, 1])
            return farm
        }

        /// One push to each repository, each told to one of these nodes.
        private func announce(_ farm: FarmScene, by nodes: [Int]) async throws {
            var commits: [String] = []
            for (number, name) in names.enumerated() { commits.append(try farm.push(name, telling: nodes[number % nodes.count])) }
            for commit in commits { try await eventually(within: 40, "an event of \(commit)") { farm.event(of: commit) != nil } }
        }

        /// What was sent before it came it would never hear of, and would send again a day later, when the sender is gone.
        @Test func eventsOfBefore_AreNotKept() async throws {
            let farm = try await scene()
            // Some of them the first has sent; from now on the second sends all.
            #expect(try await farm.nodes[0].end() == 0)
            try await announce(farm, by: [1])
            let newcomer = farm.nodes[2]
            try newcomer.start()
            try await newcomer.waitForState("SYNCHRONIZED", within: 40)
            try await farm.seen(2)
            try await announce(farm, by: [1, 2])
            try await eventually(within: 30, "all that it keeps is sent") {
                try newcomer.sql("SELECT count(*) FROM announcement WHERE number = 3") == "6"
                    && newcomer.sql("SELECT count(*) FROM delivery WHERE state IN ('standby', 'pending')") == "0"
            }
            #expect(try newcomer.sql("SELECT count(*) FROM event WHERE number < 3") == "0")
            #expect(farm.ids().values.allSatisfy { $0.count == 1 }, "\(farm.ids())")
        }

        /// The newcomer is the first in order for some of the repositories, and Redis does not know what it never heard of.
        @Test(arguments: [false, true]) func emptiedRedis_MakesNoSecondEvent(isRestarted: Bool) async throws {
            let farm = try await scene(barrier: "8s")
            try farm.nodes[2].start()
            try await farm.synchronized()
            if isRestarted {
                farm.redis.kill()
                try await farm.redis.start()
            } else {
                try farm.redis.command(["FLUSHALL"])
            }
            try await announce(farm, by: [0, 1, 2])
            // The next in order would tell it once more when the barrier is over.
            try await Pace.take(.seconds(15))
            #expect(farm.ids().count == 12)
            #expect(farm.ids().values.allSatisfy { $0.count == 1 }, "\(farm.ids())")
            for name in names { #expect(farm.events.count { $0.repository == name } == 2, "\(farm.events)") }
        }
    }
}
