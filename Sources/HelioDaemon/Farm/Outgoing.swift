import HelioFarm
import HelioLock
import HelioNode

/// What this node tells the others, in the order in which it came up, a few at a time. What cannot be told while the coordinator is
/// away is dropped: each node finds out by itself, later. Only that something was delivered nobody else can find out; it is told again
/// when the coordinator is back, since the others would send it once more when this node has gone.
final class Outgoing: Sendable {
    private static let limit = 10_000
    private static let batch = 64

    private struct Line {
        var waiting = Fifo<FarmMessage>()
        /// The delivered numbers of each repository at each endpoint that the others have not heard of. Of what this node was to send
        /// itself the last would do, of what it took over each counts.
        var unheard: [Delivered: NumberRanges] = [:]
        var task: Task<Void, Never>?
    }

    private struct Delivered: Hashable {
        let repository: RepositoryID
        let endpoint: String
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
            if line.waiting.count < Self.limit { line.waiting.append(message) } else { keep([message], in: &line) }
            if line.task == nil { line.task = Task { await run() } }
        }
    }

    /// For `tellAgain`.
    func keep(_ delivery: FarmMessage) { line.withLock { keep([delivery], in: &$0) } }

    /// The coordinator can be asked: what was delivered meanwhile is told again.
    func tellAgain() {
        line.withLock { line in
            guard !line.unheard.isEmpty else { return }
            for (delivered, numbers) in line.unheard {
                let again = numbers.numbers.map { FarmMessage.delivered(delivered.repository, number: $0, endpoint: delivered.endpoint) }
                line.waiting.append(contentsOf: again)
            }
            line.unheard = [:]
            if line.task == nil { line.task = Task { await run() } }
        }
    }

    private func keep(_ messages: [FarmMessage], in line: inout Line) {
        for case .delivered(let repository, let number, let endpoint) in messages {
            let key = Delivered(repository: repository, endpoint: endpoint)
            line.unheard[key, default: NumberRanges()].insert(number)
        }
    }

    private func run() async {
        while let batch = next() {
            do throws(CoordinatorError) {
                try await coordinator.send(batch, from: sender)
            } catch {
                log.debug("the farm could not be told", ["messages": .count(batch.count), "error": "\(error)"])
                line.withLock { keep(batch, in: &$0) }
            }
        }
    }

    private func next() -> [FarmMessage]? {
        line.withLock { line in
            let batch = line.waiting.popFirst(upTo: Self.batch)
            guard batch.isEmpty else { return batch }
            line.task = nil
            return nil
        }
    }

    /// Waits until what was appended has been told, or could not be.
    func flush() async { await line.withLock(\.task)?.value }
}
