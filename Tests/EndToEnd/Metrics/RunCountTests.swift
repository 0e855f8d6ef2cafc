import Foundation
import TestSupport
import Testing

extension Metrics {
    /// Full runs as they are counted: once each, by what became of them.
    @Suite struct Runs {
        private static let quiet = "sync: { interval: 1h, attempts: 1 }"
        private static let run = ["trigger": "run"]

        @Test func run_CountsFail_WithOneBrokenRepository() async throws {
            let scene = try Scene(["P/a", "P/b", "Q/bad"], extra: Self.quiet)
            try scene.script("rm \"$GIT_DIR/HEAD\"", in: "Q/bad")
            try await scene.synchronized()
            let metrics = try await ended(scene.node, ["fail": 1])
            #expect(try metrics.value("heliostat_sync_duration_seconds_count") == 1)
            #expect(try metrics.value("heliostat_repository_sync_total", ["status": "success", "trigger": "run"]) == 2)
            #expect(try metrics.value("heliostat_repository_sync_total", ["status": "fail", "trigger": "run"]) == 1)
            #expect(try metrics.value("heliostat_sync_failures_total", ["reason": "corrupt"]) >= 1)
            #expect(try metrics.value("heliostat_discovery_total", ["status": "success"]) == 1)
            #expect(try metrics.value("heliostat_project_sync_total", ["status": "success"]) == 1)
            #expect(try metrics.value("heliostat_project_sync_total", ["status": "fail"]) == 1)
            #expect(try metrics.value("heliostat_last_sync_success_timestamp_seconds") == 0)
            #expect(try metrics.value("heliostat_sync_running_since_timestamp_seconds").isNaN)
        }

        @Test func run_CountsSuccess_OfAnEmptyUpstream() async throws {
            let scene = try Scene([], extra: Self.quiet)
            try await scene.synchronized()
            let metrics = try await ended(scene.node, ["success": 1])
            #expect(metrics.sum("heliostat_repository_sync_total") == 0)
            #expect(try metrics.value("heliostat_last_sync_success_timestamp_seconds") > 0)
        }

        /// Equal, changed, broken, gone: whatever happens to a repository, it is counted once.
        @Test func repositories_AddUpToThePlansOfTheirRuns() async throws {
            let scene = try Scene((0..<6).map { "P/r\($0)" } + ["Q/bad"], extra: Self.quiet)
            try scene.script("rm \"$GIT_DIR/HEAD\"", in: "Q/bad")
            try await scene.synchronized()
            for number in 0..<5 {
                try scene.upstream.commit("P/r\(number)", message: "push \(number)")
                _ = try scene.node.command("sync", "--wait")
                if number == 2 { try FileManager.default.removeItem(atPath: scene.upstream.repository("P/r5")) }
            }
            let metrics = try await ended(scene.node, ["fail": 6])
            let planned = try Int(scene.node.sql("SELECT sum(planned) FROM run")) ?? 0
            #expect(planned == 7 * 4 + 6 * 2, "what the test believes to have planned")
            #expect(metrics.sum("heliostat_repository_sync_total", Self.run) == Double(planned))
            #expect(try metrics.value("heliostat_sync_duration_seconds_count") == 6)
        }

        @Test func duration_IncludesWaitingInTheQueue() async throws {
            let scene = try Scene(["P/a", "P/b", "P/c"], extra: "sync: { interval: 1h, concurrency: 1 }")
            let hanging = try ["P/a", "P/b", "P/c"].map { try HangingObject(scene.upstream, $0) }
            try scene.node.start()
            try await eventually("the first hangs, the others wait") { scene.node.children.count >= 2 }
            let since = ContinuousClock.now
            let open = try scene.node.metrics()
            #expect(try abs(Date().timeIntervalSince1970 - open.value("heliostat_sync_running_since_timestamp_seconds")) < 10)
            #expect(try open.value("heliostat_queue_depth", ["queue": "sync"]) == 2)
            #expect(open.sum("heliostat_operations_running", ["operation": "clone"]) == 1)
            try await eventually("two seconds of waiting") { ContinuousClock.now - since > .seconds(2) }
            #expect(try scene.node.metrics().value("heliostat_queue_oldest_age_seconds", ["queue": "sync"]) >= 2)
            for object in hanging { try object.release() }
            try await scene.node.waitForState("SYNCHRONIZED")
            let metrics = try await ended(scene.node, ["success": 1])
            #expect(try metrics.value("heliostat_sync_duration_seconds_sum") >= 2)
            #expect(metrics.sum("heliostat_repository_sync_duration_seconds_sum") >= 6, "each has waited for two seconds")
            #expect(try metrics.value("heliostat_operation_queue_seconds_sum", ["operation": "clone"]) >= 4, "two have waited")
        }

        @Test func run_CountsCancel_WhenSIGTERMCutsIt() async throws {
            let scene = try Scene(["P/a"])
            scene.node.shutdown = "{ notice: 5s, drain: 1s }"
            try scene.node.configure(upstream: scene.upstream.path, extra: Self.quiet)
            let hanging = try HangingObject(scene.upstream, "P/a")
            try scene.node.start()
            try await eventually("git hangs") { scene.node.children.count >= 2 }
            // Open before, and so still open when no new ones are taken.
            let scraper = try RawClient(port: scene.node.port)
            scene.node.signal(SIGTERM)
            var counted = 0.0
            try await eventually("the cut run is counted, while somebody can see it") {
                try scraper.send(RawClient.request("/metrics"))
                counted = try Exposition(scraper.receiveAnswer().body).value("heliostat_sync_total", ["status": "cancel"])
                return counted > 0
            }
            #expect(counted == 1)
            #expect(try await scene.node.exit() == 0)
            #expect(try scene.node.sql("SELECT status FROM run") == "cancel")
            try hanging.release()
        }

        @Test func run_CountsCancelAfterTheRestart_WhenKilled() async throws {
            let scene = try Scene(["P/a", "P/b"], extra: Self.quiet)
            let hanging = try HangingObject(scene.upstream, "P/a")
            try scene.node.start()
            try await eventually("git hangs") { scene.node.children.count >= 2 }
            let since = ContinuousClock.now
            try await eventually("a second of the run") { ContinuousClock.now - since > .seconds(1) }
            scene.node.kill()
            try hanging.release()
            try await scene.synchronized()
            let metrics = try await ended(scene.node, ["cancel": 1, "success": 1])
            #expect(try metrics.value("heliostat_sync_duration_seconds_count") == 2)
            #expect(try metrics.value("heliostat_sync_duration_seconds_sum") >= 1, "the killed run's own time is in it")
            scene.node.kill()
            try await scene.synchronized()
            try await #expect(ended(scene.node, ["success": 1]).value("heliostat_sync_total", ["status": "cancel"]) == 0)
        }

        /// Waits until as many runs have ended as `counts` says, and expects no others.
        private func ended(_ node: NodeFixture, _ counts: [String: Double]) async throws -> Exposition {
            var metrics = try node.metrics()
            try await eventually("\(counts); log:\n\(node.log.suffix(3000))") {
                metrics = try node.metrics()
                return metrics.sum("heliostat_sync_total") >= counts.values.reduce(0, +)
            }
            for status in ["success", "fail", "cancel"] {
                #expect(try metrics.value("heliostat_sync_total", ["status": status]) == counts[status] ?? 0, "\(status)")
            }
            return metrics
        }
    }
}
