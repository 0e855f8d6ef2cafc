import HelioNode

/// Lets at most so many requests at once go to one host; others wait in order, those of high priority first. Nobody is let in while the
/// host's condition forbids it.
actor HostGate {
    /// After so many of high priority in a row one of low priority has its turn, so that a vet ends under any load.
    private static let highInARow = 8

    private let limit: Int
    private var running = 0
    private var waiting: [Waiter] = []
    private var lastID: UInt64 = 0
    private var overtaken = 0
    private var condition = HostCondition()

    private struct Waiter {
        let id: UInt64
        let priority: RequestPriority
        let continuation: CheckedContinuation<Bool, Never>
    }

    var isFull: Bool { running == limit }
    var queued: Int { waiting.count }

    init(limit: Int) { self.limit = max(1, limit) }

    /// - Throws: `.cancelled` when the task is cancelled while it waits, `.connection` while the host is left in peace, with `retryAfter` and
    ///   `isOfHost` when it asked for that, else what `body` throws.
    func run<T: Sendable>(
        priority: RequestPriority = .current, _ body: @Sendable () async throws(Failure) -> T
    ) async throws(Failure) -> T {
        if let refusal = condition.refusal(at: .now) { throw refusal }
        guard await enter(priority) else { throw Failure(.cancelled, "cancelled while waiting for its turn at the host") }
        defer { leave() }
        if let refusal = condition.refusal(at: .now) { throw refusal }
        let isTrial = condition.begin()
        defer { if isTrial { condition.endTrial() } }
        return try await body()
    }

    /// The host gave what it was asked for.
    func answered() { condition.answered(at: .now) }

    /// The host said something else, or is known to be out of reach.
    func spoke() { condition.spoke() }

    /// - Returns: whether the host as a whole wants to be left in peace, and is.
    func refused(_ refusal: HostRefusal, of location: String, pause length: Duration) -> Bool {
        condition.refused(refusal, of: location, pause: length, at: .now)
    }

    func wasSilent(about location: String, since begun: ContinuousClock.Instant) {
        condition.wasSilent(about: location, since: begun, at: .now)
    }

    func pause(for duration: Duration) { condition.pause(for: duration, at: .now) }

    private func enter(_ priority: RequestPriority) async -> Bool {
        if Task.isCancelled { return false }
        if running < limit {
            running += 1
            return true
        }
        lastID += 1
        let id = lastID
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                if Task.isCancelled {
                    continuation.resume(returning: false)
                } else {
                    waiting.append(Waiter(id: id, priority: priority, continuation: continuation))
                }
            }
        } onCancel: {
            Task { await self.abandon(id) }
        }
    }

    private func abandon(_ id: UInt64) {
        guard let index = waiting.firstIndex(where: { $0.id == id }) else { return }
        waiting.remove(at: index).continuation.resume(returning: false)
    }

    /// A place that becomes free is handed on, so nobody slips in between.
    private func leave() {
        guard let first = waiting.indices.first else { return running -= 1 }
        let favoured = overtaken < Self.highInARow ? waiting.firstIndex { $0.priority == .high } : nil
        let index = favoured ?? waiting.firstIndex { $0.priority == .low } ?? first
        let others = waiting.contains { $0.priority == .low }
        overtaken = waiting[index].priority == .high && others ? overtaken + 1 : 0
        waiting.remove(at: index).continuation.resume(returning: true)
    }
}
