import Foundation
import Synchronization

/// What the clients and the faults of a soak have done, by name, and how long the slowest answers took.
final class SoakTally: Sendable {
    private struct Counts {
        var done: [String: Int] = [:]
        var failures: [String] = []
        /// Seconds from a question for `/status` to its answer.
        var answers: [Double] = []
    }

    private let counts = Mutex(Counts())

    func add(_ what: String) { counts.withLock { $0.done[what, default: 0] += 1 } }

    func fail(_ what: String) { counts.withLock { $0.failures.append(what) } }

    func answered(in seconds: Double) { counts.withLock { $0.answers.append(seconds) } }

    var done: [(what: String, times: Int)] { counts.withLock { $0.done.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } } }

    /// Of clients that a node owes an answer.
    var failures: [String] { counts.withLock { $0.failures } }

    /// The median, the 99th percentile and the highest of the times of `/status`, in milliseconds.
    var answerTimes: (median: Double, p99: Double, highest: Double) {
        let sorted = counts.withLock { $0.answers.sorted() }
        guard let highest = sorted.last else { return (0, 0, 0) }
        return (sorted[sorted.count / 2] * 1000, sorted[sorted.count * 99 / 100] * 1000, highest * 1000)
    }
}
