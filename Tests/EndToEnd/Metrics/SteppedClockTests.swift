import Foundation
import TestSupport
import Testing

extension Metrics {
    /// The wall clock is stepped while the node runs.
    @Suite struct SteppedClock {
        /// What moves by itself, or because it is being asked, with any clock.
        private static let restless = [
            "process_", "heliostat_http_", "heliostat_event_loop_lag_seconds", "heliostat_disk_free_bytes",
            "heliostat_timer_rate_per_second",
        ]

        @Test(arguments: [Int64(3600), -3600]) func noValueChanges(offset: Int64) async throws {
            let directory = try TemporaryDirectory()
            let upstream = try UpstreamFixture(in: directory.path)
            for name in ["P/a", "P/b"] { try upstream.create(name) }
            let clock = try WallClock(in: directory.path)
            let node = try NodeFixture(in: directory.path, upstream: upstream.path, extra: "sync: { interval: 1h }\nvet: { interval: 1h }")
            try node.start(environment: clock.environment)
            try await node.waitForState("SYNCHRONIZED")
            try await eventually("nothing is under way") { try node.metrics().sum("heliostat_operations_running") == 0 }
            let before = try node.metrics()
            try clock.step(to: offset)
            // Whoever counts in whole seconds has seen the step after two.
            let since = ContinuousClock.now
            var after = try node.metrics()
            try await eventually("two seconds have passed") {
                after = try node.metrics()
                return ContinuousClock.now - since > .seconds(2)
            }
            #expect(Self.resting(after).subtracting(Self.resting(before)).map(\.self) == [])
            #expect(Self.resting(before).subtracting(Self.resting(after)).map(\.self) == [])
            #expect(after.sum("heliostat_event_loop_lag_seconds_sum") < 30, "no round is longer for it")
            #expect(try after.value("process_start_time_seconds") == before.value("process_start_time_seconds"))
            for sample in after.matching("heliostat_timer_rate_per_second") {
                let old = try before.value(sample.name, sample.labels)
                #expect(sample.value >= 0 && sample.value <= max(old, 10), "\(sample)")
            }
            try await expectHonestDurations(node, upstream, than: after)
            #expect(try await node.end() == 0)
        }

        private static func resting(_ exposition: Exposition) -> Set<Exposition.Sample> {
            Set(exposition.samples.filter { sample in !restless.contains { sample.name.hasPrefix($0) } })
        }

        /// What is recorded after the step is as long as it was.
        private func expectHonestDurations(_ node: NodeFixture, _ upstream: UpstreamFixture, than before: Exposition) async throws {
            try upstream.commit("P/a", message: "after the step")
            try node.notify("P/a")
            try await node.waitForMirror(["P/a"], of: upstream)
            var after = before
            let count = "heliostat_timer_seconds_count", timer = ["timer": "request.synchronize.cycle-time"]
            try await eventually("the request is counted") {
                after = try node.metrics()
                return try after.value(count, timer) > before.value(count, timer)
            }
            for name in Set(after.samples.map(\.name)) where name.hasSuffix("_seconds_sum") {
                let grown = after.sum(name) - before.sum(name)
                #expect(grown >= 0 && grown < 60, "\(name) has grown by \(grown)")
            }
            #expect(try after.value("heliostat_sync_lag_seconds") < 60)
        }
    }
}
