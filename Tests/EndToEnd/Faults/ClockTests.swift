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
            let clock = directory.path + "/clock"
            func step(to offset: String) throws { try offset.write(toFile: clock, atomically: true, encoding: .utf8) }
            try step(to: "+0")
            let node = try NodeFixture(
                in: directory.path, upstream: upstream.path, extra: "sync: { interval: 1s }\nvet: { interval: 1h }")
            try node.start(environment: [
                "LD_PRELOAD": try Self.library(), "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_NO_CACHE": "1",
                "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            ])
            try await node.waitForState("SYNCHRONIZED")
            for offset in ["+1h", "-1h", "+400d", "-400d", "+0"] {
                let (runs, since) = (try Self.runs(node), ContinuousClock.now)
                try step(to: offset)
                try upstream.commit("P/a", message: "at \(offset)")
                try await eventually(within: 5, "the push at \(offset), by an interval") { node.mirrors("P/a", of: upstream) }
                #expect(try node.get("/readyz").status == 200, "\(offset)")
                try await eventually(within: 8, "three more passes at \(offset)") { try Self.runs(node) >= runs + 3 }
                // 0.8 s is the shortest distance of two passes.
                let passes = Double(try Self.runs(node) - runs), seconds = (ContinuousClock.now - since) / .seconds(1)
                #expect(passes <= seconds / 0.8 + 2, "\(passes) passes in \(seconds) s at \(offset)")
            }
            // The clock that the log shows proves that the node was under it.
            let years = Set(node.log.split(separator: "\n").compactMap { $0.firstMatch(of: /"time":"(\d{4})/)?.output.1 })
            #expect(years.count >= 3, "\(years)")
            #expect(node.log.components(separatedBy: "vet started").count - 1 == 1)
            #expect(node.stop() == 0)
        }

        private static func runs(_ node: NodeFixture) throws -> Int { Int(try node.sql("SELECT max(number) FROM run")) ?? 0 }

        private static func library() throws -> String {
            let found = try Shell().run("sh", "-c", "find /usr/lib -name 'libfaketimeMT.so.1' | head -n 1")
            try #require(!found.isEmpty, "libfaketime is not installed")
            return found
        }
    }
}
