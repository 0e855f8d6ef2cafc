import Foundation
import Synchronization
import TestSupport

/// Five hundred requests a second, half of them on connections that are kept, half on new ones, until it is told to end.
struct Load {
    struct Outcome: Sendable {
        var answered = 0
        var failures: [String] = []
    }

    private static let clients = 10
    /// Of each client; the machine may make it less.
    private static let perSecond = 50
    private static let target = "/rest/mirroring/latest/farmNodes"

    private let workers: [Alongside<Outcome>]
    private let count = Count()

    init(on port: Int) {
        workers = (0..<Self.clients).map { [count] number in
            Alongside { goesOn in Self.ask(port, keeps: number % 2 == 0, count, goesOn) }
        }
    }

    /// So far.
    var answered: Int { count.value.load(ordering: .relaxed) }

    private final class Count: Sendable {
        let value = Atomic(0)
    }

    func end() async throws -> Outcome {
        var sum = Outcome()
        for worker in workers {
            let outcome = try await worker.end()
            sum.answered += outcome.answered
            sum.failures += outcome.failures
        }
        return sum
    }

    private static func ask(_ port: Int, keeps: Bool, _ count: Count, _ goesOn: @Sendable () -> Bool) -> Outcome {
        var outcome = Outcome()
        var kept: RawClient?
        while goesOn() {
            do {
                let client = try kept ?? RawClient(port: port)
                try client.send(RawClient.request(target))
                let answer = try client.receiveAnswer()
                if answer.code == 200 {
                    outcome.answered += 1
                    count.value.add(1, ordering: .relaxed)
                } else {
                    outcome.failures.append("\(answer.code): \(answer.body.prefix(100))")
                }
                // A balancer may end a connection after an answer, and says so.
                kept = keeps && !answer.head.lowercased().contains("connection: close") ? client : nil
            } catch {
                outcome.failures.append("\(error)")
                kept = nil
            }
            Pace.block(milliseconds: UInt32(1000 / perSecond))
        }
        return outcome
    }
}
