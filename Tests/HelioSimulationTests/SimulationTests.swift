import Foundation
import HelioNode
import TestSupport
import Testing

/// A farm under faults, thousands of times over. `HELIOSTAT_SEEDS=N` runs the seeds up to N, from `HELIOSTAT_FIRST_SEED` on,
/// `HELIOSTAT_SEED=S` replays one and prints what happened in it, of the story that `HELIOSTAT_STORY` names: faults without it.
struct SimulationTests {
    private static let environment = ProcessInfo.processInfo.environment

    private static let seeds: ClosedRange<UInt64> = {
        if let one = environment["HELIOSTAT_SEED"].flatMap({ UInt64($0) }) { return one...one }
        let first = environment["HELIOSTAT_FIRST_SEED"].flatMap { UInt64($0) } ?? 1
        return first...(environment["HELIOSTAT_SEEDS"].flatMap { UInt64($0) } ?? 1000)
    }()

    private static let story: Simulation.Story? = environment["HELIOSTAT_STORY"].map { Simulation.Story(rawValue: $0) } ?? .faults

    @Test func farm_KeepsItsPromises_UnderFaults() async throws {
        let seeds = Self.seeds
        let story = try #require(Self.story, "HELIOSTAT_STORY is one of \(Simulation.Story.allCases)")
        let broken = try await onThread { Self.firstBroken(of: seeds, story, printing: seeds.count == 1) }
        #expect(broken == nil)
    }

    /// The simulation finds what it is for, and finds nothing where nothing is broken.
    @Test func missingStaleRule_IsFound() async throws {
        let found = try await onThread { Self.firstThatMissesTheStaleRule() }
        let last = max(try #require(found, "not found within 1000 seeds"), 20)
        #expect(try await onThread { Self.firstBroken(of: 1...last, .newcomer) } == nil)
    }

    /// One push is one event, under one id, although the last node knows of no number and Redis has lost those of the others.
    @Test func emptiedRedis_MakesNoSecondEvent_BecauseItIsReminded() async throws {
        let found = try await onThread { Self.firstThatForgets() }
        let last = max(try #require(found, "not found within 100 seeds"), 100)
        #expect(try await onThread { Self.firstBroken(of: 1...last, .emptied) } == nil)
    }

    /// What is announced while a job runs may be newer than what the job brings.
    @Test func slowJob_MakesNoSecondEvent_BecauseTheUpstreamIsLookedAtAgain() async throws {
        let found = try await onThread { Self.firstThatTellsWhatIsOld() }
        let last = max(try #require(found, "not found within 100 seeds"), 100)
        #expect(try await onThread { Self.firstBroken(of: 1...last, .slow) } == nil)
    }

    private static func firstBroken(
        of seeds: ClosedRange<UInt64>, _ story: Simulation.Story = .faults, printing: Bool = false
    ) -> String? {
        for seed in seeds {
            var simulation = Simulation(seed: seed, story)
            simulation.keepsTrace = printing
            let failure = simulation.run()
            if printing { print(simulation.trace.joined(separator: "\n")) }
            if let failure { return "\(failure); HELIOSTAT_SEED=\(seed) HELIOSTAT_STORY=\(story) replays it" }
        }
        return nil
    }

    private static func firstThatMissesTheStaleRule() -> UInt64? {
        (1...1000).first { seed in
            var broken = Simulation(seed: seed, .newcomer) { $0.viewHold = .seconds(1_000_000) }
            return broken.run()?.description.contains("by a view that is") == true
        }
    }

    private static func firstThatTellsWhatIsOld() -> UInt64? {
        (1...100).first { seed in
            var hasty = Simulation(seed: seed, .slow)
            hasty.looksAgain = false
            return hasty.run()?.description.contains("was told as") == true
        }
    }

    private static func firstThatForgets() -> UInt64? {
        (1...100).first { seed in
            var forgetful = Simulation(seed: seed, .emptied)
            forgetful.remindsRedis = false
            return forgetful.run()?.description.contains("was told as") == true
        }
    }
}
