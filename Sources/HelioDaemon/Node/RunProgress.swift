import HelioLock
import HelioNode
import HelioStore

/// How far the open runs have come, written together and looked up when the write has its turn. At most one such write waits: what a
/// second one would say, the first will say too.
final class RunProgress: Sendable {
    private let store: Store
    private let lane: StoreLane
    private let runs: @Sendable () -> [Run]
    private let isLinedUp = Locked(false)

    init(store: Store, lane: StoreLane, runs: @escaping @Sendable () -> [Run]) {
        self.store = store
        self.lane = lane
        self.runs = runs
    }

    func lineUp() {
        let isFirst = isLinedUp.withLock { isLinedUp in
            defer { isLinedUp = true }
            return !isLinedUp
        }
        if isFirst { lane.append([.progress(self)]) }
    }

    /// Called by the lane, which keeps what a disk refuses and drops everything else.
    func write() async throws(StoreError) {
        let now = SystemClock.monotonic()
        isLinedUp.withLock { $0 = false }
        do throws(StoreError) {
            try await store.progressRuns(runs().filter { $0.end == nil }.map { run in
                Store.Progress(
                    id: run.id.description, counts: StoredRun.Counts(run.outcomes),
                    seconds: (now - run.claimedAt.monotonic).inSeconds)
            })
        } catch {
            if error.mayPass { isLinedUp.withLock { $0 = true } }
            throw error
        }
    }
}
