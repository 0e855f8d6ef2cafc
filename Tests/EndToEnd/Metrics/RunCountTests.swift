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
            // One that holds nothing at all would be taken for a disk that is not mounted.
            try FileManager.default.createDirectory(atPath: scene.upstream.path + "/P", withIntermediateDirectories: false)
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
            let hanging = try hangingObjects(scene, ["P/a", "P/b", "P/c"])
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
            #expect(try metrics.value("heliostat_timer_seconds_sum", ["timer": "request.synchronize.cycle-time"]) >= 6, "each waited")
            #expect(try metrics.value("heliostat_operation_queue_seconds_sum", ["operation": "clone"]) >= 4, "two have waited")
        }

        /// What waits will not begin any more, and what runs may end: while balancers are told, scrapers are told, too.
        @Test func run_CountsCancel_WhenSIGTERMCutsWhatWaits() async throws {
            let names = ["P/a", "P/b", "P/c"]
            let scene = try Scene(names)
            scene.node.shutdown = "{ notice: 1m, drain: 1m }"
            try scene.node.configure(upstream: scene.upstream.path, extra: "sync: { interval: 1h, concurrency: 1 }")
            let hanging = try hangingObjects(scene, names)
            try scene.node.start()
            try await eventually("the first hangs, the others wait") {
                try scene.node.children.count >= 2 && scene.node.metrics().value("heliostat_queue_depth", ["queue": "sync"]) == 2
            }
            scene.node.signal(SIGTERM)
            try await eventually("both that wait are cut") {
                try scene.node.metrics().value("heliostat_repository_sync_total", ["status": "cancel", "trigger": "run"]) == 2
            }
            for object in hanging { try object.release() }
            let metrics = try await ended(scene.node, ["cancel": 1])
            #expect(scene.node.state == "STOPPING")
            #expect(try metrics.value("heliostat_repository_sync_total", ["status": "success", "trigger": "run"]) == 1)
            #expect(try metrics.value("heliostat_sync_duration_seconds_count") == 1)
            scene.node.signal(SIGTERM)
            #expect(try await scene.node.exit() == 0)
        }

        /// What runs is cut when nobody is served any more, so what counts it has to be read in the log.
        @Test func run_CountsCancel_WhenSIGTERMCutsWhatRuns() async throws {
            let scene = try Scene(["P/a"])
            scene.node.shutdown = "{ notice: 100ms, drain: 500ms }"
            try scene.node.configure(upstream: scene.upstream.path, extra: Self.quiet)
            let hanging = try HangingObject(scene.upstream, "P/a")
            try scene.node.start()
            try await eventually("git hangs") { scene.node.children.count >= 2 }
            #expect(try await scene.node.end() == 0)
            let closed = scene.node.log.split(separator: "\n").filter { $0.contains("\"run closed\"") }
            #expect(closed.count == 1 && closed[0].contains(#""status":"cancel""#), "\(closed)")
            #expect(try scene.node.sql("SELECT status FROM run") == "cancel")
            // What a clean stop has counted, the next start does not count again.
            try hanging.release()
            try await scene.synchronized()
            _ = try await ended(scene.node, ["success": 1])
        }

        @Test func run_CountsCancelAfterTheRestart_WhenKilled() async throws {
            let scene = try Scene(["P/a", "P/b"], extra: Self.quiet)
            let hanging = try hangingObjects(scene, ["P/a", "P/b"])
            try scene.node.start()
            try await eventually("git hangs twice") { scene.node.children.count >= 4 }
            let since = ContinuousClock.now
            try await eventually("a second of the run") { ContinuousClock.now - since > .seconds(1) }
            try hanging[1].release()
            try await eventually("one repository of two is done and stored") {
                try scene.node.sql("SELECT succeeded FROM run WHERE status IS NULL") == "1"
            }
            scene.node.kill()
            try hanging[0].release()
            try await scene.synchronized()
            let metrics = try await ended(scene.node, ["cancel": 1, "success": 1])
            #expect(try metrics.value("heliostat_sync_duration_seconds_count") == 2)
            #expect(try metrics.value("heliostat_sync_duration_seconds_sum") >= 1, "up to when the killed run was last seen alive")
            #expect(try metrics.value("heliostat_repository_sync_total", ["status": "cancel", "trigger": "run"]) == 1)
            let orphan = try scene.node.sql("SELECT id FROM run WHERE reason = 'orphaned'")
            let answer = try HTTPCall("http://localhost/admin/runs/\(orphan)", socket: scene.node.socket)
            #expect(try answer.json()["status"] as? String == "cancel" && answer.json()["reason"] as? String == "orphaned", "\(answer)")
            scene.node.kill()
            try await scene.synchronized()
            _ = try await ended(scene.node, ["success": 1])
        }

        /// Each with an object of its own to hang at.
        private func hangingObjects(_ scene: Scene, _ names: [String]) throws -> [HangingObject] {
            try names.map { name in
                try scene.upstream.commit(name, message: "only in \(name)")
                return try HangingObject(scene.upstream, name)
            }
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
