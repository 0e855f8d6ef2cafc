import HelioNode
import Synchronization

/// One operation in the background, from its beginning to its only end. Whoever holds it vouches for it: an operation that nobody
/// holds any more, and that has not ended, gets no heartbeat and is closed by the sweep.
final class Operation: Sendable {
    let id: String
    let kind: OperationKind
    let repository: RepositoryName?
    let run: RunID?
    let startedAt: Moment
    private let deadline: MonotonicTime
    private let hasEnded = Atomic(false)
    private let ended: @Sendable (Operation, End) -> Void

    struct End: Sendable {
        let status: OperationStatus
        let duration: Duration
        /// Of a failure, where it is known.
        let reason: String?
    }

    /// - Parameter ended: called once, by whoever ends the operation first.
    init(
        _ kind: OperationKind, of repository: RepositoryName? = nil, run: RunID? = nil, startedAt: Moment, deadline: Duration,
        ended: @escaping @Sendable (Operation, End) -> Void
    ) {
        var random = SystemRandomNumberGenerator()
        id = RunID(using: &random).description
        self.kind = kind
        self.repository = repository
        self.run = run
        self.startedAt = startedAt
        self.deadline = startedAt.monotonic + deadline
        self.ended = ended
    }

    /// Ends the operation; whoever comes second changes nothing. An error counts as that, however late it comes.
    /// - Returns: whether this call ended it.
    @discardableResult
    func end(failed: Bool, because reason: String? = nil, at now: MonotonicTime) -> Bool {
        finish(failed ? .failure : (now > deadline ? .expired : .success), reason, at: now)
    }

    /// The sweep found nobody vouching for it.
    @discardableResult
    func orphan(at now: MonotonicTime) -> Bool { finish(.orphaned, nil, at: now) }

    private func finish(_ status: OperationStatus, _ reason: String?, at now: MonotonicTime) -> Bool {
        guard !hasEnded.exchange(true, ordering: .acquiringAndReleasing) else { return false }
        ended(self, End(status: status, duration: now - startedAt.monotonic, reason: reason))
        return true
    }
}
