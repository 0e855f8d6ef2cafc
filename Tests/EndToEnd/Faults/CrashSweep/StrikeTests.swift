import Foundation
import TestSupport
import Testing

extension Faults {
    /// One blow in the life of a node that starts, copies three repositories, follows pushes and tells of them: SIGKILL of the node or
    /// of its git, or a disk that fails once or for a while, at any of the first 300 calls that make things last.
    @Suite struct Strikes {
        let history: PreparedHistory
        let directory: TemporaryDirectory
        let striker: Striker

        init() throws {
            history = try PreparedHistory()
            directory = try TemporaryDirectory()
            striker = try Striker(in: directory.path)
        }

        @Test(arguments: Blow.groups)
        func node_LosesNothingAndTellsNothingWrong_WhereverItIsStruck(calls: String) async throws {
            let seed = UInt64.random(in: 0 ... .max)
            var random = Seeded(state: seed)
            let all = Blow.all(in: calls).flatMap { blow in Blow.Sweep.numbers(of: blow, &random).map { (blow, $0) } }
            try await withThrowingTaskGroup(of: Void.self) { strikes in
                for (index, (blow, number)) in all.enumerated() {
                    if index >= Blow.Sweep.atOnce { try await strikes.next() }
                    strikes.addTask { await strike(blow, number, "\(blow.testDescription), call \(number), seed \(seed)") }
                }
                try await strikes.waitForAll()
            }
        }

        private func strike(_ blow: Blow, _ number: Int, _ what: String) async {
            do {
                let struck = try StruckNode(history, what)
                let began = ContinuousClock.now
                let call = try await struck.live(under: striker.words(blow, at: number, report: struck.report))
                #expect(call != nil, "no call \(number): nothing is proved; \(what)")
                try await struck.liveAgain()
                print("strike: \(what): \(call ?? "none") (\((ContinuousClock.now - began).components.seconds) s)")
            } catch {
                // The others are still to be struck.
                Issue.record("\(what): \(error)")
            }
        }
    }
}
