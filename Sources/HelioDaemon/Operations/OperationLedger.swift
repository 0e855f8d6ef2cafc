import HelioLock
import HelioNode
import HelioStore

/// Begins operations, counts their ends, and keeps them in the store while they last, so that a crash is counted too.
///
/// The store learns of an operation a moment after it began: one that ends within `writeDelay` costs no write. What is counted is
/// counted where it is decided, once: an end by the operation's own flag, an orphan by the row that the sweep took.
final class OperationLedger: Sendable {
    /// After which an operation that nobody vouched for is closed: six heartbeats.
    static let silence = Duration.seconds(60)
    private static let writeDelay = Duration.milliseconds(100)

    private struct State {
        var table = OperationTable()
        /// A write waits in the lane, or will in a moment.
        var isWriteDue = false
        var isLinedUp = false
        /// The last heartbeat that is in the store.
        var vouchedAt: MonotonicTime?
    }

    private let store: Store
    private let lane: StoreLane
    /// Names this process in the store.
    private let boot: String
    private let metrics: OperationMetrics
    private let log: NodeLog
    private let vetInterval: @Sendable () -> Duration
    private let state = Locked(State())

    init(
        store: Store, lane: StoreLane, boot: String, metrics: OperationMetrics, log: NodeLog,
        vetInterval: @escaping @Sendable () -> Duration
    ) {
        self.store = store
        self.lane = lane
        self.boot = boot
        self.metrics = metrics
        self.log = log
        self.vetInterval = vetInterval
    }

    /// How many of each kind are under way.
    var running: [OperationKind: Int] { state.withLock { $0.table.running } }

    /// - Parameter dueSince: since when only the queue kept it from beginning; nil where there is no queue.
    func begin(
        _ kind: OperationKind, of repository: RepositoryName? = nil, run: RunID? = nil, dueSince: MonotonicTime? = nil
    ) -> Operation {
        let now = SystemClock.now()
        if let dueSince { metrics.waited(kind, max(now.monotonic - dueSince, .zero)) }
        let operation = Operation(
            kind, of: repository, run: run, startedAt: now, deadline: kind.softDeadline(vetInterval: vetInterval())
        ) { [weak self] in self?.ended($0, $1) }
        log.began(operation)
        changed { $0.began(operation) }
        return operation
    }

    private func ended(_ operation: Operation, _ end: Operation.End) {
        metrics.ended(operation.kind, end.status, end.duration)
        log.ended(operation, end)
        // The row of an orphan is gone already: that is how it became one.
        if end.status != .orphaned { changed { $0.ended(operation.id) } }
    }

    // MARK: Heartbeat and sweep

    /// At start: what a process that is gone left unfinished.
    func sweepLeftovers() async {
        await sweep { store throws(StoreError) in try await store.takeOperations(notOf: boot) }
    }

    /// Vouches for what somebody holds, then closes what nobody does. In this order, and only when the first is in the store: a
    /// process that slept, or a store that took no writes, makes nothing dead that lives.
    func beat() async {
        let now = SystemClock.monotonic()
        state.withLock { $0.table.beat() }
        await flush()
        guard let vouchedAt = state.withLock({ $0.vouchedAt }), vouchedAt >= now else { return }
        await sweep { store throws(StoreError) in try await store.takeOperations(of: boot, silentSince: now - Self.silence) }
    }

    func sweep(_ take: (Store) async throws(StoreError) -> [StoredOperation]) async {
        do throws(StoreError) {
            for orphan in try await take(store) { close(orphan) }
        } catch {
            log.warning("operations could not be swept", ["error": "\(error)"])
        }
    }

    private func close(_ orphan: StoredOperation) {
        if let operation = state.withLock({ $0.table.swept(orphan.id) }) {
            operation.orphan(at: SystemClock.monotonic())
            return
        }
        metrics.orphaned(OperationKind(rawValue: orphan.kind) ?? .unknown)
        log.orphaned(orphan)
    }

    // MARK: Writing

    private func changed(_ change: (inout OperationTable) -> Void) {
        let mustSchedule = state.withLock { state in
            change(&state.table)
            defer { state.isWriteDue = true }
            return !state.isWriteDue
        }
        guard mustSchedule else { return }
        Task {
            try? await Task.sleep(for: Self.writeDelay)  // never cancelled
            lineUp()
        }
    }

    /// Returns when the store knows what there is to know, or takes no writes for now.
    func flush() async {
        lineUp()
        await lane.settle()
    }

    /// At most one write waits: it takes along whatever has happened when it is its turn.
    private func lineUp() {
        let isFirst = state.withLock { state in
            defer { state.isLinedUp = true }
            return !state.isLinedUp
        }
        if isFirst { lane.append([.operations(self)]) }
    }

    /// The node stops: what is under way is cut, and none of it is to be found as an orphan.
    func endAll() {
        let now = SystemClock.monotonic()
        for operation in state.withLock({ $0.table.held }) { operation.end(failed: true, because: "shut down", at: now) }
    }

    /// Called by the lane when it is this write's turn, so that what happened since it was lined up goes along.
    func write() async throws(StoreError) {
        let changes = state.withLock { state in
            (state.isWriteDue, state.isLinedUp) = (false, false)
            return state.table.take()
        }
        let now = SystemClock.monotonic()
        do throws(StoreError) {
            if !changes.isEmpty {
                try await store.noteOperations(
                    started: changes.started, ended: changes.ended, alive: changes.alive, boot: boot, at: now)
            }
            if changes.isHeartbeat { state.withLock { $0.vouchedAt = now } }
        } catch {
            state.withLock { state in
                state.table.putBack(changes)
                // The lane keeps what a disk refused, so nothing need be lined up for it again.
                if error.mayPass { (state.isWriteDue, state.isLinedUp) = (true, true) }
            }
            throw error
        }
    }
}
