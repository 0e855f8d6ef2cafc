import Foundation
import TestSupport
import Testing

extension Farms {
    @Suite struct FarmAnnouncing {
        @Test func event_ComesOnce_AfterEveryNodeHasTheCommit() async throws {
            let farm = try await FarmScene()
            try await farm.serveCopies()
            try await farm.start()
            for number in 0..<20 {
                let commit = try farm.push(number % 2 == 0 ? "P/a" : "P/b", telling: number % 3)
                try await eventually(within: 20, "an event of \(commit)") { farm.event(of: commit) != nil }
                let event = try #require(farm.event(of: commit))
                #expect(event.holders == 3 && event.laggards == [] && event.nodes == 3, "\(event)")
            }
            let ids = farm.ids()
            #expect(ids.values.allSatisfy { $0.count == 1 })
        }

        /// Pushes that follow each other faster than nodes answer make no laggards of nodes that are well.
        @Test func busyRepository_HasNoFalseLaggards() async throws {
            let farm = try await FarmScene(barrier: "10s")
            try await farm.start()
            var commits: [String] = []
            for number in 0..<60 { commits.append(try farm.push(telling: number % 3)) }
            let last = try #require(commits.last)
            try await eventually(within: 30, "the last") { farm.event(of: last) != nil }
            #expect(farm.events.allSatisfy { $0.laggards == [] }, "\(farm.events)")
            #expect(farm.ids().values.allSatisfy { $0.count == 1 })
        }

        @Test func stoppedNode_IsWaitedFor_AndNamed() async throws {
            let farm = try await FarmScene()
            try await farm.start()
            farm.nodes[2].suspend()
            let start = ContinuousClock.now
            let commit = try farm.push()
            try await eventually(within: 30, "an event") { farm.event(of: commit) != nil }
            let waited = ContinuousClock.now - start
            let event = try #require(farm.event(of: commit))
            #expect(waited >= .seconds(3.5) && event.laggards == ["mirror-3"], "after \(waited): \(event)")
            farm.nodes[2].signal(SIGCONT)
            try await eventually(within: 30, "the node catches up") { farm.nodes[2].mirrors("P/a", of: farm.upstream) }
            try await farm.seen(3)
            let next = try farm.push()
            try await eventually(within: 30, "an event") { farm.event(of: next) != nil }
            #expect(farm.event(of: next)?.laggards == [])
            #expect(farm.ids().values.allSatisfy { $0.count == 1 })
        }

        /// Whoever it is that would announce: each is killed once while an announcement waits.
        @Test(arguments: 0..<3) func killedNode_IsMadeUpFor(victim: Int) async throws {
            let farm = try await FarmScene()
            try await farm.start()
            let other = (victim + 1) % 3
            farm.nodes[(victim + 2) % 3].suspend()
            let commit = try farm.push(telling: other)
            try await eventually("both have it") {
                farm.nodes[victim].mirrors("P/a", of: farm.upstream) && farm.nodes[other].mirrors("P/a", of: farm.upstream)
            }
            farm.nodes[victim].kill()
            try await eventually(within: 40, "an event") { farm.event(of: commit) != nil }
            farm.nodes[(victim + 2) % 3].signal(SIGCONT)
            try farm.nodes[victim].start()
            try await farm.synchronized()
            let next = try farm.push(telling: victim)
            try await eventually(within: 30, "the next event") { farm.event(of: next) != nil }
            #expect(farm.ids().values.allSatisfy { $0.count == 1 }, "\(farm.ids())")
        }

        /// Redis is gone for a minute, and comes back empty.
        @Test func redisAway_ChangesNothing_AndLosesNothing() async throws {
            let farm = try await FarmScene()
            try await farm.start()
            farm.redis.kill()
            var commits: [String] = []
            for second in 0..<12 {
                commits.append(try farm.push(second % 2 == 0 ? "P/a" : "P/b", telling: second % 3))
                try await Pace.take(.seconds(5))
                #expect(farm.codes() == [200, 200, 200])
                #expect(farm.nodes.allSatisfy { $0.state == "SYNCHRONIZED" })
            }
            let last = try #require(commits.last)
            try await eventually(within: 20, "synchronised without Redis") {
                farm.nodes.allSatisfy { $0.mirrors("P/b", of: farm.upstream) && $0.mirrors("P/a", of: farm.upstream) }
            }
            try await farm.redis.start()
            let back = ContinuousClock.now
            try await eventually(within: 20, "fresh views") {
                farm.nodes.allSatisfy { node in
                    // It answers: it is SYNCHRONIZED.
                    let age = try? node.get("/readyz").json()["farmViewAgeSeconds"] as? Double
                    return age.map { $0 < 5 } ?? false
                }
            }
            #expect(ContinuousClock.now - back < .seconds(10))
            try await eventually(within: 60, "the last event") { farm.event(of: last) != nil }
            for commit in commits { #expect(farm.ids()[commit]?.count ?? 1 == 1, "told under \(farm.ids()[commit] ?? [])") }
            let next = try farm.push()
            try await eventually(within: 40, "an event after the outage") { farm.event(of: next)?.laggards == [] }
            #expect(farm.codes() == [200, 200, 200])
        }
    }
}
