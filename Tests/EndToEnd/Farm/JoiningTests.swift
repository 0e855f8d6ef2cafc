import Foundation
import TestSupport
import Testing

extension Farms {
    @Suite struct FarmJoining {
        /// An upstream that says nothing holds the nodes in METADATA_SYNCHRONIZED or before it, where lenient and strict differ.
        @Test func newFarm_AnswersAsTheTableSays() async throws {
            let farm = try await FarmScene(nodes: 3)
            let hidden = farm.upstream.path + ".hidden"
            try FileManager.default.moveItem(atPath: farm.upstream.path, toPath: hidden)
            for node in farm.nodes { try node.start() }
            for node in farm.nodes { try await node.waitForState("BOOTSTRAPPED") }
            try await farm.seen(3)
            #expect(farm.codes() == [200, 200, 200])
            try FileManager.default.moveItem(atPath: hidden, toPath: farm.upstream.path)
            try await farm.synchronized()
            #expect(farm.codes() == [200, 200, 200])
            let listed = try farm.nodes[0].get("/rest/mirroring/latest/farmNodes").body
            #expect(listed.components(separatedBy: "buildVersion").count == 4)
        }

        @Test(arguments: [1, 2]) func first_TakesTheOthersOut_OnlyWhenThereAreEnough(minimum: Int) async throws {
            let farm = try await FarmScene(nodes: 3, extra: "status: { min_synchronized: \(minimum) }")
            // The second and third wait for an upstream of their own.
            try farm.nodes[0].start()
            try await farm.nodes[0].waitForState("SYNCHRONIZED")
            let hidden = farm.upstream.path + ".hidden"
            try FileManager.default.moveItem(atPath: farm.upstream.path, toPath: hidden)
            for node in farm.nodes[1...] { try node.start() }
            for node in farm.nodes[1...] { try await node.waitForState("BOOTSTRAPPED") }
            try await farm.seen(3)
            let others = minimum == 1 ? 503 : 200
            try await eventually("the table") { farm.codes() == [200, others, others] }
            // Draining the only good one must not empty the pool.
            _ = try farm.nodes[0].command("drain", "--reason", "test")
            try await eventually(within: 10, "the others take over") { farm.codes() == [503, 200, 200] }
            _ = try farm.nodes[0].command("undrain")
            try await eventually(within: 10, "and give back") { farm.codes() == [200, others, others] }
            // One that is gone counts until its registration ends.
            farm.nodes[0].kill()
            try await eventually(within: 25, "the others after the end of the first") { Array(farm.codes()[1...]) == [200, 200] }
            try FileManager.default.moveItem(atPath: hidden, toPath: farm.upstream.path)
        }

        @Test func strictNode_IsGoodOnlyWhenSynchronized() async throws {
            let farm = try await FarmScene(nodes: 2, extra: "status: { strict: true }")
            let hidden = farm.upstream.path + ".hidden"
            try FileManager.default.moveItem(atPath: farm.upstream.path, toPath: hidden)
            for node in farm.nodes { try node.start() }
            for node in farm.nodes { try await node.waitForState("BOOTSTRAPPED") }
            #expect(farm.codes() == [503, 503])
            try FileManager.default.moveItem(atPath: hidden, toPath: farm.upstream.path)
            try await farm.synchronized()
            #expect(farm.codes() == [200, 200])
        }

        @Test func anothersName_IsRefused_AndOneselfIsNot() async throws {
            let farm = try await FarmScene(nodes: 2)
            try await farm.start()
            farm.nodes[1].kill()
            try farm.nodes[1].start()
            try await farm.synchronized()
            let twin = try NodeFixture(in: farm.directory.path, upstream: farm.upstream.path, name: "twin")
            twin.nodeName = "mirror-1"
            try twin.configure(
                upstream: farm.upstream.path,
                extra: "farm: { name: eu-west, coordinator: redis, redis: { url: \"redis://127.0.0.1:\(farm.redis.port)\" } }")
            try twin.start()
            try await eventually("a refusal") { twin.log.contains("has the name already") }
            #expect(twin.state == "ERROR")
            // Its supervisor starts it again: the name may be free by then.
            #expect(try await twin.exit(within: 45) == 1)
            let other = try UpstreamFixture(in: farm.directory.path + "/node1")
            try other.create("P/a")
            twin.nodeName = "mirror-9"
            try twin.configure(
                upstream: other.path,
                extra: "farm: { name: eu-west, coordinator: redis, redis: { url: \"redis://127.0.0.1:\(farm.redis.port)\" } }")
            try twin.start()
            try await eventually("a refusal") { twin.log.contains("mirrors another upstream") }
            twin.kill()
            #expect(farm.codes() == [200, 200])
        }

        @Test func nodeWithoutRedis_GoesOnAlone_AndJoinsLater() async throws {
            let farm = try await FarmScene(nodes: 2, farm: ", join_wait: 2s")
            farm.redis.kill()
            for node in farm.nodes { try node.start() }
            for node in farm.nodes { try await node.waitForState("SYNCHRONIZED", within: 40) }
            #expect(farm.codes() == [200, 200])
            try await eventually("the log says why") { farm.nodes[0].log.contains("no_farm_view") }
            try await farm.redis.start()
            try await farm.seen(2)
        }
    }
}
