import Foundation
import TestSupport
import Testing

/// Rows are counted by one node for the whole farm, with real nodes and a real Redis.
@Suite(.ownThreads) struct InventoryTests {
    private let queries: Set = ["repositories", "refs", "sync_queue", "webhook_pending", "webhook_dead", "hash_unknown", "vet_mismatch"]

    @Test func series_AreOnOneNode_AndMoveWhenItIsKilledAndWhenItIsStopped() async throws {
        let farm = try await CountingFarm()
        for _ in 0..<3 { try farm.add() }
        let first = try await farm.newHolder(within: 20)
        try await eventually(within: 20, "everything is counted") { try Set(farm.nodes[first].rows().keys) == queries }
        let rows = try farm.nodes[first].rows()
        #expect(rows["repositories"] == 2 && rows["refs"] == 2 && rows["hash_unknown"] == 0 && rows["vet_mismatch"] == 0)
        #expect(farm.holder() == first)
        try expectLog(of: farm.nodes[first])
        let refused = "database row count metrics lock already obtained by another instance, will retry..."
        #expect(farm.nodes.contains { !$0.lines(refused).isEmpty }, "the others said that they wait")

        farm.kill(first)
        let second = try await farm.newHolder(within: CountingFarm.lease + CountingFarm.retry)
        // Its series go when it begins to stop, not when it has.
        farm.nodes[second].signal(SIGTERM)
        try await eventually(within: 2, "the stopping node shows nothing") { !CountingFarm.shows(farm.nodes[second]) }
        let third = try await farm.newHolder(within: CountingFarm.retry, otherThan: second)
        #expect(Set([first, second, third]).count == 3)
        #expect(try await farm.nodes[second].exit() == 0)
        #expect(farm.nodes[second].lines("releasing database row count metrics lock").count == 1)
        #expect(farm.nodes[second].lines("unregistered database row count metrics").count == 1)
        #expect(farm.nodes[second].lines("database row count metrics collection stopped").count == 1)
    }

    private func expectLog(of node: NodeFixture) throws {
        let started = try #require(node.lines("database row count metrics collection started").first)
        #expect(started["interval_s"] as? Double == 1 && started["lease_duration_s"] as? Double == 3)
        for message in [
            "attempting to obtain database row count metrics lock", "obtained database row count metrics lock",
            "registered database row count metrics", "extended database row count metrics lock",
        ] {
            let lines = node.lines(message)
            #expect(!lines.isEmpty && lines.allSatisfy { $0["level"] as? String == "info" }, "\(message)")
        }
        let counted = node.lines("database row count metric collected")
        #expect(Set(counted.compactMap { $0["query_name"] as? String }) == queries)
        #expect(counted.allSatisfy { $0["count"] is Int })
    }

    /// It cannot know that it was stopped, and asks nobody: its clock is enough.
    @Test func nodeThatWasStoppedForLongerThanItsLease_ShowsNothing_FromTheFirstScrapeOn() async throws {
        let farm = try await CountingFarm()
        for _ in 0..<3 { try farm.add() }
        let holder = try await farm.newHolder(within: 20)
        farm.nodes[holder].suspend()
        farm.silent.insert(holder)
        let pending = try (0..<3).map { _ in try CountingFarm.scrape(farm.nodes[holder]) }
        for _ in 0..<Int(2 * CountingFarm.lease * 10) {
            _ = farm.holder()
            try await Pace.take(.milliseconds(100))
        }
        farm.nodes[holder].signal(SIGCONT)
        farm.silent = []
        let first = CountingFarm.shows(farm.nodes[holder])
        #expect(!first, "the first scrape after it went on")
        for scrape in pending {
            let answer = try scrape.receiveAll()
            #expect(answer.count > 10_000)
            #expect(!CountingFarm.isShown(in: answer), "a scrape that waited meanwhile")
        }
        try await farm.newHolder(within: CountingFarm.retry)
        #expect(farm.nodes[holder].lines("failed to extend database row count metrics lock, releasing leadership").count == 1)
    }

    @Test func noNodeShowsTheSeries_WhileRedisIsAway_AndOneDoesAfterwards() async throws {
        let farm = try await CountingFarm()
        for _ in 0..<3 { try farm.add() }
        let holder = try await farm.newHolder(within: 20)
        let stopped = ContinuousClock.now
        farm.redis.freeze()
        try await eventually(within: CountingFarm.lease + 0.5, "the lease is over") { farm.holder() == nil }
        #expect(ContinuousClock.now - stopped > .seconds(1), "a lease lasts for as long as it was given, whatever becomes of Redis")
        try await farm.expectNobody(for: .seconds(3))
        farm.redis.thaw()
        try await farm.newHolder(within: CountingFarm.lease + CountingFarm.retry)
        #expect(!farm.nodes[holder].lines("failed to extend database row count metrics lock").isEmpty)
        #expect(farm.nodes.allSatisfy { $0.status()?.code != nil }, "all have gone on answering")
    }

    @Test func exit_IsOneAttempt_AlsoAfterTheOtherIsGone() async throws {
        let farm = try await CountingFarm()
        try farm.add(failover: "exit")
        try await farm.newHolder(within: 20)
        let second = try farm.add(failover: "exit")
        try await eventually(within: 20, "the second has tried") {
            second.lines("database row count metrics lock already obtained by another instance").count == 1
        }
        farm.kill(0)
        try await farm.expectNobody(for: .seconds(CountingFarm.retry))
        #expect(second.lines("attempting to obtain database row count metrics lock").count == 1)
    }

    /// A node by itself has the lease at once. One query that fails takes its own series away and says so, and comes back.
    @Test func standaloneNode_Counts_AndAQueryThatFailsTakesNothingFromTheOthers() async throws {
        let extra = "sync: { interval: 1h }\ndatabase: { metrics: { enabled: true, interval: 1s, lease_duration: 3s } }"
        let scene = try Scene(["P/a", "P/b"], extra: extra)
        try scene.upstream.commit("P/a", branch: "topic", message: "one more")
        try await scene.synchronized()
        try await eventually("everything is counted") { try Set(scene.node.rows().keys) == queries }
        #expect(try scene.node.rows()["refs"] == 3)
        try scene.upstream.commit("P/b", branch: "topic", message: "one more")
        try scene.notify("P/b")
        try await eventually("the new ref is counted") { try scene.node.rows()["refs"] == 4 }

        try scene.node.sql("ALTER TABLE repository RENAME COLUMN ref_count TO gone")
        try await eventually("the series is gone") { try Set(scene.node.rows().keys) == queries.subtracting(["refs"]) }
        let warning = try #require(scene.node.lines("failed to execute row count query").first)
        #expect(warning["level"] as? String == "warning" && warning["query_name"] as? String == "refs")
        try scene.node.sql("ALTER TABLE repository RENAME COLUMN gone TO ref_count")
        try await eventually("it is back") { try scene.node.rows()["refs"] == 4 }
    }

    /// Copies from before refs were counted are counted by the node that counts, and there is no total before that.
    @Test func refsOfEarlierCopies_AreCounted() async throws {
        let extra = "sync: { interval: 1h }\ndatabase: { metrics: { enabled: true, interval: 1s, lease_duration: 3s } }"
        let scene = try Scene(["P/a", "P/b"], extra: extra)
        try await scene.synchronized()
        _ = try await scene.node.end()
        try scene.node.sql("UPDATE repository SET ref_count = NULL")
        try await scene.synchronized()
        try await eventually("refs are counted") { try scene.node.rows()["refs"] == 2 }
        let unknown = scene.node.lines("database row count metric not known yet").filter { $0["query_name"] as? String == "refs" }
        #expect(unknown.count == 1)
        #expect(try scene.node.sql("SELECT count(*) FROM repository WHERE ref_count IS NULL") == "0")
    }
}
