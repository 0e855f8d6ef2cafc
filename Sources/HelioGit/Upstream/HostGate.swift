import HelioNode

/// Lets at most so many requests at once go to one host; others wait in order.
actor HostGate {
    private let limit: Int
    private var running = 0
    private var waiting: [(id: UInt64, continuation: CheckedContinuation<Bool, Never>)] = []
    private var lastID: UInt64 = 0

    init(limit: Int) { self.limit = max(1, limit) }

    /// - Throws: `.cancelled` when the task is cancelled while it waits, else what `body` throws.
    func run<T: Sendable>(_ body: @Sendable () async throws(Failure) -> T) async throws(Failure) -> T {
        guard await enter() else { throw Failure(.cancelled, "cancelled while waiting for its turn at the host") }
        defer { leave() }
        return try await body()
    }

    private func enter() async -> Bool {
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
                    waiting.append((id, continuation))
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

    /// A place that becomes free is handed on, so nobody overtakes.
    private func leave() {
        if waiting.isEmpty { running -= 1 } else { waiting.removeFirst().continuation.resume(returning: true) }
    }
}
