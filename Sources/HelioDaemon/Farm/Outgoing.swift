import HelioFarm
import HelioLock
import HelioNode

/// What this node tells the others, in the order in which it came up, a few at a time. What cannot be told while the coordinator is
/// away is dropped after a while: each node finds out by itself, later.
final class Outgoing: Sendable {
    private static let limit = 10_000
    private static let batch = 64

    private struct Line {
        var waiting: [FarmMessage] = []
        var task: Task<Void, Never>?
    }

    private let coordinator: any FarmCoordinator
    private let sender: MemberID
    private let log: NodeLog
    private let line = Locked(Line())

    init(coordinator: any FarmCoordinator, sender: MemberID, log: NodeLog) {
        self.coordinator = coordinator
        self.sender = sender
        self.log = log
    }

    func append(_ message: FarmMessage) {
        line.withLock { line in
            if line.waiting.count < Self.limit { line.waiting.append(message) }
            if line.task == nil { line.task = Task { await run() } }
        }
    }

    private func run() async {
        while let batch = next() {
            do throws(CoordinatorError) {
                try await coordinator.send(batch, from: sender)
            } catch {
                log.debug("the farm could not be told", ["messages": .count(batch.count), "error": "\(error)"])
            }
        }
    }

    private func next() -> [FarmMessage]? {
        line.withLock { line in
            guard !line.waiting.isEmpty else {
                line.task = nil
                return nil
            }
            let batch = Array(line.waiting.prefix(Self.batch))
            line.waiting.removeFirst(batch.count)
            return batch
        }
    }

    /// Waits until what was appended has been told, or could not be.
    func flush() async { await line.withLock(\.task)?.value }
}
