import Foundation
import TestSupport
import Testing

extension Faults {
    /// Everything at once, and something that breaks every few seconds: what a farm holds must not grow, and nothing may be lost.
    ///
    /// `HELIOSTAT_SOAK` says for how many seconds; `HELIOSTAT_REPORT` names a file for what was seen.
    @Suite struct Soak {
        private static let duration: Duration = {
            .seconds(ProcessInfo.processInfo.environment["HELIOSTAT_SOAK"].flatMap { Int($0) } ?? 30)
        }()
        /// Below that, warming up is all there is.
        private static let longEnoughForTrends: Duration = .seconds(900)

        private let names = (0..<20).map { "P/r\($0)" }
        private let tally = SoakTally()
        private let seed = UInt64.random(in: 0 ... .max)

        @Test func farm_HoldsWhatItHeldBefore_AndLosesNothing() async throws {
            let scene = try await FarmScene(names, barrier: "2s", interval: "5s")
            try await scene.start()
            let load = SoakLoad(scene, names, tally)
            load.start()
            let began = ContinuousClock.now
            async let faults = breakThings(scene, load, until: began + Self.duration)
            let nodes = try await observe(scene, from: began)
            let happened = try await faults
            try await load.end()
            let report = SoakReport(duration: Self.duration, seed: seed, tally: tally, faults: happened, nodes: nodes)
            try write(report)
            #expect(tally.failures == [], "\(tally.failures.prefix(20))")
            try await expectNothingIsLost(scene, load)
            try await expectNothingIsHeld(scene, nodes)
            if Self.duration >= Self.longEnoughForTrends { for node in nodes { expectFlat(node.name, node.samples) } }
        }

        private func breakThings(_ scene: FarmScene, _ load: SoakLoad, until end: ContinuousClock.Instant) async throws -> [SoakFault: Int] {
            var (random, happened) = (Seeded(state: seed), [SoakFault: Int]())
            while ContinuousClock.now < end {
                // Each once before any comes again, so that a short soak has seen them all but for its time.
                for fault in SoakFault.allCases.shuffled(using: &random) where ContinuousClock.now < end {
                    try await fault.happen(to: scene, load)
                    happened[fault, default: 0] += 1
                    try await Pace.take(.milliseconds(Int.random(in: 200...(Self.duration >= .seconds(120) ? 10_000 : 500), using: &random)))
                }
            }
            return happened
        }

        private func observe(
            _ scene: FarmScene, from began: ContinuousClock.Instant
        ) async throws -> [(name: String, samples: [Footprint])] {
            let steady = Array(scene.nodes.dropLast())
            var samples = [[Footprint]](repeating: [], count: steady.count)
            while ContinuousClock.now < began + Self.duration {
                let seconds = (ContinuousClock.now - began) / .seconds(1)
                for (index, node) in steady.enumerated() {
                    let database = try await onThread { try node.metrics().value("heliostat_sqlite_memory_bytes") / 1024 }
                    let footprint = Footprint(of: node.processID, database: database, at: seconds)
                    samples[index].append(try #require(footprint, "\(node.nodeName) is gone"))
                }
                try await Pace.take(min(.seconds(5), Self.duration / 20))
            }
            return steady.map(\.nodeName).enumerated().map { ($1, samples[$0]) }
        }

        private func write(_ report: SoakReport) throws {
            print(report.text)
            guard let path = ProcessInfo.processInfo.environment["HELIOSTAT_REPORT"] else { return }
            try report.text.write(toFile: path, atomically: true, encoding: .utf8)
        }

        /// Every copy is the upstream, every node says so, and the last push to each repository was told.
        private func expectNothingIsLost(_ scene: FarmScene, _ load: SoakLoad) async throws {
            try await eventually(within: 120, "every node is synchronized") { scene.codes().allSatisfy { $0 == 200 } }
            for (index, node) in scene.nodes.enumerated() {
                for name in names {
                    try await eventually(within: 60, "\(name) on node \(index + 1)") { node.mirrors(name, of: scene.upstream) }
                }
            }
            for (name, tip) in load.tips {
                try await eventually(within: 120, "\(tip) of \(name) is told") { scene.event(of: tip) != nil }
            }
            for node in scene.nodes { #expect(try node.sql("PRAGMA integrity_check") == "ok") }
        }

        /// The clients are gone, and with them what was held for them.
        private func expectNothingIsHeld(_ scene: FarmScene, _ nodes: [(name: String, samples: [Footprint])]) async throws {
            for (node, before) in zip(scene.nodes, nodes) {
                let descriptors = try #require(before.samples.first).descriptors + 16
                try await eventually(within: 60, "\(before.name) holds nothing any more") {
                    guard let now = Footprint(of: node.processID, at: 0) else { return false }
                    return now.zombies == 0 && now.descriptors <= descriptors
                }
            }
        }

        private func expectFlat(_ name: String, _ samples: [Footprint]) {
            let resident = Trend(samples, \.resident)
            #expect(resident.rise <= max(4096, resident.last / 20), "\(name): resident memory grows by \(resident.rise) KiB")
            let allocated = Trend(samples, \.allocated)
            #expect(allocated.rise <= max(2048, allocated.last / 20), "\(name): allocated memory grows by \(allocated.rise) KiB")
            // Two connections, of up to 2,000 KiB of pages each, and their statements.
            #expect(Trend(samples, \.database).highest <= 5120, "\(name): the database's memory")
            #expect(Trend(samples, \.descriptors).rise <= 8, "\(name): descriptors")
            #expect(Trend(samples, \.threads).rise <= 2, "\(name): threads")
            #expect(Trend(samples, \.zombies).rise <= 0, "\(name): zombies")
        }
    }
}
