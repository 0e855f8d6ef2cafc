import Foundation
import HelioNode
import Testing

/// A farm under faults, thousands of times over. `HELIOSTAT_SEEDS=N` runs the seeds up to N, from `HELIOSTAT_FIRST_SEED` on, `HELIOSTAT_SEED=S` replays one and prints what
/// happened in it.
struct SimulationTests {
    private static let seeds: ClosedRange<UInt64> = {
        let environment = ProcessInfo.processInfo.environment
        if let one = environment["HELIOSTAT_SEED"].flatMap({ UInt64($0) }) { return one...one }
        let first = environment["HELIOSTAT_FIRST_SEED"].flatMap { UInt64($0) } ?? 1
        return first...(environment["HELIOSTAT_SEEDS"].flatMap { UInt64($0) } ?? 1000)
    }()

    @Test func farm_KeepsItsPromises_UnderFaults() {
        for seed in Self.seeds {
            var simulation = Simulation(seed: seed)
            simulation.keepsTrace = Self.seeds.count == 1
            let failure = simulation.run()
            if simulation.keepsTrace { print(simulation.trace.joined(separator: "\n")) }
            if let failure {
                Issue.record("\(failure); HELIOSTAT_SEED=\(seed) replays it")
                return
            }
        }
    }

    /// The simulation finds what it is for, and finds nothing where nothing is broken.
    @Test func missingStaleRule_IsFound() {
        var found: UInt64?
        for seed in 1...1000 as ClosedRange<UInt64> where found == nil {
            var broken = Simulation(seed: seed, hasNewcomer: true) { $0.viewHold = .seconds(1_000_000) }
            if broken.run()?.description.contains("by a view that is") == true { found = seed }
        }
        guard let found else {
            Issue.record("not found within 1000 seeds")
            return
        }
        for seed in 1...max(found, 20) {
            var whole = Simulation(seed: seed, hasNewcomer: true)
            if let failure = whole.run() { Issue.record("\(failure)") }
        }
    }
}
