import HelioNode

/// Lets at most so many requests at once go to one host; others wait in order, those of high priority first. While the host has
/// asked for a pause (HTTP 429 or 503) nobody is let in.
actor HostGate {
    /// After so many of high priority in a row one of low priority has its turn, so that a vet ends under any load.
    private static let highInARow = 8
    /// What a host that refuses everybody is left in peace for, whatever it asks for: `Retry-After: 0` means that it is busy, too.
    private static let pauses = Duration.seconds(10)...Duration.seconds(3600)

    static func clamped(_ asked: Duration) -> Duration { max(pauses.lowerBound, min(pauses.upperBound, asked)) }

    private let limit: Int
    private var running = 0
    private var waiting: [Waiter] = []
    private var lastID: UInt64 = 0
    private var overtaken = 0
    private var closedUntil: ContinuousClock.Instant?
    /// What it was asked for, and said 503 to, since it last gave anybody what they wanted.
    private var unavailable: Set<String> = []
    private var lastAnswer: ContinuousClock.Instant?
    /// A host that gave anybody what they wanted so short a time ago is not away as a whole.
    private static let proof: Duration = .seconds(10)

    private struct Waiter {
        let id: UInt64
        let priority: RequestPriority
        let continuation: CheckedContinuation<Bool, Never>
    }

    var isFull: Bool { running == limit }
    var queued: Int { waiting.count }

    init(limit: Int) { self.limit = max(1, limit) }

    /// - Throws: `.cancelled` when the task is cancelled while it waits, `.connection` with `retryAfter` and `isOfHost` while the host is left in
    ///   peace, else what `body` throws.
    func run<T: Sendable>(
        priority: RequestPriority = .current, _ body: @Sendable () async throws(Failure) -> T
    ) async throws(Failure) -> T {
        try refuseDuringPause()
        guard await enter(priority) else { throw Failure(.cancelled, "cancelled while waiting for its turn at the host") }
        defer { leave() }
        try refuseDuringPause()
        return try await body()
    }

    /// The host gave what it was asked for.
    func answered() { (unavailable, lastAnswer) = ([], .now) }

    /// A host that says 503 for one repository, or for several beside others that it answers for, is left in peace by those only: each of
    /// their failures would cost all the others a minute.
    /// - Returns: whether the host as a whole wants to be left in peace, and is.
    func refused(_ refusal: HostRefusal, of location: String, pause length: Duration) -> Bool {
        if refusal == .unavailable { unavailable.insert(location) }
        let answersOthers = lastAnswer.map { .now - $0 < Self.proof } ?? false
        guard refusal == .tooManyRequests || unavailable.count > 1 && !answersOthers else { return false }
        pause(for: length)
        return true
    }

    /// Lets nobody in for so long; who waits or comes meanwhile fails at once, so that no synchronisation slot is held by waiting.
    func pause(for duration: Duration) {
        let end = ContinuousClock.now + min(duration, Self.pauses.upperBound)
        closedUntil = max(closedUntil ?? end, end)
    }

    private func refuseDuringPause() throws(Failure) {
        guard let closedUntil else { return }
        let rest = closedUntil - .now
        guard rest > .zero else { return self.closedUntil = nil }
        throw Failure(.connection, "the host has asked for a pause: another \(rest.components.seconds + 1) s", retryAfter: rest, isOfHost: true)
    }

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
