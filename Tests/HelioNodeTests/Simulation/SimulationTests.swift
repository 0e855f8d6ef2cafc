import Foundation
import HelioNode
import TestSupport
import Testing

/// A farm under faults, thousands of times over. `HELIOSTAT_SEEDS=N` runs the seeds up to N, from `HELIOSTAT_FIRST_SEED` on,
/// `HELIOSTAT_SEED=S` replays one and prints what happened in it.
struct SimulationTests {
    private static let seeds: ClosedRange<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["HELIOSTAT_SEED"].flatMap({ UInt64($0) }) { return one...one }
        let first = environment["HELIOSTAT_FIRST_SEED"].flatMap { UInt64($0) } ?? 1
        return first...(environment["HELIOSTAT_SEEDS"].flatMap { UInt64($0) } ?? 1000)
    }()

    @Test func farm_KeepsItsPromises_UnderFaults() async throws {
        let seeds = Self.seeds
        let broken = try await onThread { Self.firstBroken(of: seeds, printing: seeds.count == 1) }
        #expect(broken == nil)
    }

    /// The simulation finds what it is for, and finds nothing where nothing is broken.
    @Test func missingStaleRule_IsFound() async throws {
        let found = try await onThread { Self.firstThatMissesTheStaleRule() }
        let last = max(try #require(found, "not found within 1000 seeds"), 20)
        #expect(try await onThread { Self.firstBroken(of: 1...last, hasNewcomer: true) } == nil)
    }

    private static func firstBroken(of seeds: ClosedRange<UInt64>, hasNewcomer: Bool = false, printing: Bool = false) -> String? {
        for seed in seeds {
            var simulation = Simulation(seed: seed, hasNewcomer: hasNewcomer)
            simulation.keepsTrace = printing
            let failure = simulation.run()
            if printing { print(simulation.trace.joined(separator: "\n")) }
            if let failure { return "\(failure); HELIOSTAT_SEED=\(seed) replays it" }
        }
        return nil
    }

    private static func firstThatMissesTheStaleRule() -> UInt64? {
        (1...1000).first { seed in
            var broken = Simulation(seed: seed, hasNewcomer: true) { $0.viewHold = .seconds(1_000_000) }
            return broken.run()?.description.contains("by a view that is") == true
        }
    }
}
