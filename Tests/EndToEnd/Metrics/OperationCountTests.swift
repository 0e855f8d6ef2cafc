import Foundation
import TestSupport
import Testing

extension Metrics {
    /// Operations in the background: begun once, ended once.
    @Suite struct Operations {
        private static let quiet = "sync: { interval: 1h, attempts: 1 }"

        @Test func operation_CountsOrphanedOnce_WhenTheNodeIsKilledInIt() async throws {
            let scene = try Scene(["P/a", "P/b"], extra: Self.quiet)
            let hanging = try HangingObject(scene.upstream, "P/a")
            try scene.node.start()
            try await eventually("git hangs") { scene.node.children.count >= 2 }
            try await eventually("only that one is under way") {
                try scene.node.metrics().sum("heliostat_operations_running") == 1
            }
            scene.node.kill()
            try hanging.release()
            try await scene.synchronized()
            var metrics = try scene.node.metrics()
            try await eventually("the orphan is counted") {
                metrics = try scene.node.metrics()
                return metrics.sum("heliostat_operations_total", ["status": "orphaned"]) > 0
            }
            #expect(try metrics.value("heliostat_operations_total", ["operation": "clone", "status": "orphaned"]) == 1)
            #expect(metrics.sum("heliostat_operations_total", ["status": "orphaned"]) == 1)
            #expect(metrics.sum("heliostat_operation_duration_seconds_count", ["status": "orphaned"]) == 0, "nobody knows how long it took")
            try await settled(scene.node)
            // Closed for good: another start does not find it again.
            scene.node.kill()
            try await scene.synchronized()
            try await settled(scene.node)
            #expect(try scene.node.metrics().sum("heliostat_operations_total", ["status": "orphaned"]) == 0)
        }

        @Test func operation_IsNoOrphan_WhenSIGTERMCutsIt() async throws {
            let scene = try Scene(["P/a"], extra: Self.quiet)
            scene.node.shutdown = "{ notice: 0s, drain: 100ms }"
            try scene.node.configure(upstream: scene.upstream.path, extra: Self.quiet)
            try scene.node.startDelayed("openat", on: scene.upstream.path, seconds: 10)
            try await eventually("a listing hangs, and the store knows of it") {
                FileManager.default.fileExists(atPath: scene.node.data + "/heliostat.db")
                    && (try? scene.node.sql("SELECT count(*) FROM operation WHERE kind = 'discovery'")) == "1"  // no table yet
            }
            #expect(try await scene.node.end() == 0)
            #expect(try scene.node.sql("SELECT count(*) FROM operation") == "0")
            try await scene.synchronized()
            #expect(try scene.node.metrics().sum("heliostat_operations_total", ["status": "orphaned"]) == 0)
        }

        @Test func diskSpace_IsKnown_BeforeRecoveryHasEnded() async throws {
            let scene = try Scene(["P/a"], extra: Self.quiet)
            for directory in ["", "/staging"] {
                try FileManager.default.createDirectory(atPath: scene.node.data + directory, withIntermediateDirectories: false)
            }
            try scene.node.startDelayed("openat", on: scene.node.data + "/staging", seconds: 3 * Patience.factor)
            try await scene.node.waitForState("BOOTSTRAPPING")
            try await eventually("a figure while the node is still bootstrapping") {
                let free = try scene.node.metrics().value("heliostat_disk_free_bytes")
                #expect(free != 0, "not known is not full")
                return !free.isNaN && scene.node.state == "BOOTSTRAPPING"
            }
        }

        @Test func operations_EndWithTheirStatus_AndNoneIsLeftRunning() async throws {
            let scene = try Scene(["P/a", "P/b", "P/bad"], extra: Self.quiet)
            try scene.script("rm \"$GIT_DIR/HEAD\"", in: "P/bad")
            try await scene.synchronized()
            try scene.upstream.commit("P/a", message: "pushed")
            try scene.notify("P/a")
            try await scene.arrives("P/a")
            #expect(try scene.node.command("vet", "--wait").status == 0)
            try await settled(scene.node)
            let metrics = try scene.node.metrics()
            func count(_ operation: String, _ status: String) throws -> Double {
                try metrics.value("heliostat_operations_total", ["operation": operation, "status": status])
            }
            #expect(try count("discovery", "success") >= 1)
            #expect(try count("clone", "success") == 2)
            #expect(try count("clone", "failure") >= 1)
            #expect(try count("fetch", "success") >= 1)
            #expect(try count("vet", "success") == 2)
            for sample in metrics.matching("heliostat_operations_total") where sample.labels["status"] != "orphaned" {
                let counted = try metrics.value("heliostat_operation_duration_seconds_count", sample.labels)
                #expect(counted == sample.value, "one duration for each end: \(sample.labels)")
            }
            #expect(try metrics.value("heliostat_timer_seconds_count", ["timer": "request.synchronize.cycle-time"]) >= 1)
            #expect(try metrics.value("heliostat_timer_seconds_count", ["timer": "farm.vet"]) == 2)
        }

        private func settled(_ node: NodeFixture) async throws {
            try await eventually("nothing is under way; log:\n\(node.log.suffix(3000))") {
                try node.metrics().sum("heliostat_operations_running") == 0
            }
        }
    }
}
