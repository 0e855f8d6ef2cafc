import Foundation
import TestSupport
import Testing

extension Farms {
    @Suite struct FarmTelling {
        /// Without webhooks, and without a hook at the upstream: one node looks, and all have it long before their own time.
        @Test func changeThatNoReceiverWants_ReachesAllNodes_AndIsTimed() async throws {
            let farm = try await FarmScene(interval: "1h", tells: false)
            try await farm.start()
            let commit = try farm.upstream.commit("P/a", message: "pushed")
            #expect(try farm.nodes[0].command("sync", "P/a", "--wait").status == 0)
            try await eventually(within: 20, "the commit on all nodes") {
                farm.nodes.allSatisfy { (try? Shell().run("git", "--git-dir", $0.copy("P/a"), "show-ref").contains(commit)) == true }  // not yet
            }
            try await eventually(within: 20, "all answers") {
                let counts = try ["operation.distributed.fetch", "operation.distributed.updateRef", "farm.synchronize.content.incremental"].map {
                    try farm.nodes[0].metrics().value("heliostat_timer_seconds_count", ["timer": $0, "outcome": "success"])
                }
                return counts == [1, 1, 1]
            }
            for node in farm.nodes[1...] {
                let count = try node.metrics().value("heliostat_timer_seconds_count", ["timer": "operation.distributed.fetch", "outcome": "success"])
                #expect(count == 0, "who was told tells nobody")
            }
        }
    }
}
