import Foundation
import TestSupport
import Testing

extension Faults {
    /// The wall clock is stepped while the node runs; the monotonic clock goes on, as it does on a real machine.
    @Suite struct SteppedClock {
        @Test func pushesAppear_AndNothingBursts_WhenTheClockIsStepped() async throws {
            let directory = try TemporaryDirectory()
            let upstream = try UpstreamFixture(in: directory.path)
            try upstream.create("P/a")
            let clock = try WallClock(in: directory.path)
            let node = try NodeFixture(
                in: directory.path, upstream: upstream.path, extra: "sync: { interval: 1s }\nvet: { interval: 1h }")
            try node.start(environment: clock.environment)
            try await node.waitForState("SYNCHRONIZED")
            for offset: Int64 in [3600, -3600, 400 * 86_400, -400 * 86_400, 0] {
                let (runs, since) = (try Self.runs(node), ContinuousClock.now)
                try clock.step(to: offset)
                try upstream.commit("P/a", message: "at \(offset) s")
                try await eventually(within: 5, "the push at \(offset) s, by an interval") { node.mirrors("P/a", of: upstream) }
                #expect(try node.get("/readyz").status == 200, "\(offset)")
                try await eventually(within: 8, "three more passes at \(offset) s") { try Self.runs(node) >= runs + 3 }
                // 0.8 s is the shortest distance of two passes.
                let passes = Double(try Self.runs(node) - runs), seconds = (ContinuousClock.now - since) / .seconds(1)
                #expect(passes <= seconds / 0.8 + 2, "\(passes) passes in \(seconds) s at \(offset) s")
            }
            // The clock that the log shows proves that the node was under it.
            let years = Set(node.log.split(separator: "\n").map { $0.dropFirst(#"{"time":""#.count).prefix(4) })
            #expect(years.count >= 3, "\(years)")
            #expect(node.log.components(separatedBy: "vet started").count - 1 == 1)
            #expect(try await node.end() == 0)
        }

        private static func runs(_ node: NodeFixture) throws -> Int { Int(try node.sql("SELECT max(number) FROM run")) ?? 0 }
    }
}
