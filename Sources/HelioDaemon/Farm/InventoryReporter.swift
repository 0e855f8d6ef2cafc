import HelioLock
import HelioNode

/// Counts rows for the whole farm while this node holds the lease for it: at once, and then every interval.
///
/// The lease is renewed elsewhere, so a count that takes long does not lose it; and who has lost it shows nothing more, whatever is
/// still being counted.
final class InventoryReporter: Sendable {
    private struct State {
        var fence: Int64?
        var collecting: Task<Void, Never>?
        var isStarted = false
        var isStopped = false
    }

    private let settings: NodeConfiguration.Database.Metrics
    private let metrics: InventoryMetrics
    private let counts: any InventorySource
    private let log: NodeLog
    private let state = Locked(State())

    init(_ settings: NodeConfiguration.Database.Metrics, _ counts: any InventorySource, metrics: InventoryMetrics, log: NodeLog) {
        self.settings = settings
        self.counts = counts
        self.metrics = metrics
        self.log = log
    }

    func start() {
        state.withLock { $0.isStarted = true }
        log.info(
            "database row count metrics collection started",
            ["interval_s": .duration(settings.interval), "lease_duration_s": .duration(settings.leaseDuration)])
    }

    /// - Parameter holding: of the lease, as it is now; nil without it.
    func holds(_ holding: LeaseKeeper.Holding?) {
        state.withLock { state in
            guard !state.isStopped else { return }
            if let holding { metrics.held(holding.fence, until: holding.deadline) }
            guard holding?.fence != state.fence else { return }
            lose(&state)
            guard let fence = holding?.fence else { return }
            log.info("registered database row count metrics")
            state.fence = fence
            state.collecting = Task { await collect(under: fence) }
        }
    }

    private func lose(_ state: inout State) {
        guard let fence = state.fence else { return }
        metrics.lost(fence)
        state.collecting?.cancel()
        state.collecting = nil
        state.fence = nil
        log.info("unregistered database row count metrics")
    }

    /// A second call changes nothing.
    func stop() {
        state.withLock { state in
            guard state.isStarted, !state.isStopped else { return }
            lose(&state)
            state.isStopped = true
            log.info("database row count metrics collection stopped")
        }
    }

    // MARK: Counting

    private func collect(under fence: Int64) async {
        var due = SystemClock.monotonic()
        var catchingUp = CatchingUp()
        while !Task.isCancelled {
            let begun = SystemClock.monotonic()
            var unknown: Set<InventoryQuery> = []
            for query in InventoryQuery.allCases where !Task.isCancelled {
                if await !collect(query, under: fence) { unknown.insert(query) }
            }
            if !Task.isCancelled { metrics.collected(in: SystemClock.monotonic() - begun) }
            if unknown.contains(.refs) { await goOn(&catchingUp) }
            // What was missed is not made up for.
            due = max(due + settings.interval, SystemClock.monotonic())
            let wait = due - SystemClock.monotonic()
            guard (try? await Task.sleep(for: wait)) != nil else { return }  // cancelled: another node counts
        }
    }

    /// One that fails takes nothing from the others.
    /// - Returns: whether there is a number.
    private func collect(_ query: InventoryQuery, under fence: Int64) async -> Bool {
        do {
            let count = try await counts.count(query)
            metrics.show(count, of: query, under: fence)
            guard let count else {
                log.info("database row count metric not known yet", ["query_name": .text(query.rawValue)])
                return false
            }
            log.info("database row count metric collected", ["query_name": .text(query.rawValue), "count": .count(count)])
            return true
        } catch {
            metrics.show(nil, of: query, under: fence)
            log.warning("failed to execute row count query", ["query_name": .text(query.rawValue), "error": "\(error)"])
            return false
        }
    }

    /// How far the copies from before refs were counted have been gone through: once is enough, because what could not be counted then
    /// is counted with its next change.
    private struct CatchingUp {
        var last: RepositoryID?
        var isDone = false
    }

    private func goOn(_ catchingUp: inout CatchingUp) async {
        guard !catchingUp.isDone, !Task.isCancelled else { return }
        do {
            catchingUp.last = try await counts.catchUp(after: catchingUp.last)
            catchingUp.isDone = catchingUp.last == nil
        } catch {
            log.warning("refs of earlier copies cannot be counted", ["error": "\(error)"])
        }
    }
}
