import HelioNode
import HelioStore

/// Writes that nobody waits for, in order and in batches: failure counts, verified copies, runs.
///
/// What cannot be written because the disk is full stays and is tried again, a later report on a repository taking the place of
/// an earlier one; the other errors are logged and the write is dropped, since it can never succeed.
actor StoreLane {
    /// Beyond this many waiting writes reports are dropped: they say what the next synchronisation will say again.
    private static let waitingLimit = 100_000
    private static let batchSize = 512
    private static let retryAfter = Duration.seconds(1)

    enum Write: Sendable {
        case report(RepositoryID, CopyReport)
        case runOpened(Run)
        case runPlanned(Run)
        case runClosed(Run)
        case synchronized
    }

    private let store: Store
    private let log: NodeLog
    private var waiting: [Write] = []
    private var writer: Task<Void, Never>?

    init(store: Store, log: NodeLog) {
        self.store = store
        self.log = log
    }

    func append(_ writes: [Write]) {
        waiting += writes
        if waiting.count > Self.waitingLimit { dropReports() }
        if writer == nil, !waiting.isEmpty { writer = Task { await writeAll() } }
    }

    /// Returns when everything appended before has been written, or cannot be for now.
    func settle() async { await writer?.value }

    private func writeAll() async {
        defer { writer = nil }
        while !waiting.isEmpty {
            let batch = Array(waiting.prefix(Self.batchSize))
            do throws(StoreError) {
                let written = try await write(batch)
                waiting.removeFirst(written)
            } catch .diskFull {
                return retryLater()
            } catch {
                log.error("store: write dropped", ["error": "\(error)"])
                waiting.removeFirst()
            }
        }
    }

    private func retryLater() {
        Task {
            try? await Task.sleep(for: Self.retryAfter)  // cancelled only with the process
            append([])
        }
    }

    /// - Returns: how many of the batch were written: a run of reports together, anything else by itself.
    private func write(_ batch: [Write]) async throws(StoreError) -> Int {
        let now = SystemClock.wall()
        let reports = batch.prefix { if case .report = $0 { true } else { false } }
        if !reports.isEmpty {
            try await store.record(reports.compactMap(\.asReport), at: now)
            return reports.count
        }
        switch batch[0] {
        case .report: break
        case .runOpened(let run):
            try await store.openRun(id: run.id.description, trigger: run.trigger.rawValue, at: run.claimedAt.wall)
        case .runPlanned(let run): try await store.planRun(id: run.id.description, planned: run.planned ?? 0)
        case .runClosed(let run): try await close(run)
        case .synchronized: try await store.setSynchronized(true)
        }
        return 1
    }

    private func close(_ run: Run) async throws(StoreError) {
        guard let end = run.end else { return }
        _ = try await store.closeRun(
            id: run.id.description, status: StoredRun.Status(end.status), reason: end.reason,
            counts: StoredRun.Counts(
                succeeded: run.outcomes[.success, default: 0], failed: run.outcomes[.fail, default: 0],
                cancelled: run.outcomes[.cancel, default: 0], skipped: run.outcomes[.skipped, default: 0]),
            seconds: end.duration.inSeconds, at: end.at.wall)
    }

    private func dropReports() {
        let before = waiting.count
        waiting.removeAll { $0.asReport != nil }
        log.warning("store: reports dropped", ["count": .count(before - waiting.count)])
    }
}

extension StoreLane.Write {
    fileprivate var asReport: (RepositoryID, CopyReport)? {
        if case .report(let id, let report) = self { (id, report) } else { nil }
    }
}

extension StoredRun.Status {
    fileprivate init(_ status: RunStatus) {
        switch status {
        case .success: self = .success
        case .fail: self = .fail
        case .cancel: self = .cancel
        }
    }
}
