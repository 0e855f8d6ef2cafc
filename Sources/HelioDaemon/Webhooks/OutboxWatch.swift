import HelioNode
import HelioStore

/// Counts what waits in the outbox for whoever asks, and removes what has been over for long enough.
struct OutboxWatch: Sendable {
    private static let interval = Duration.seconds(5)
    private static let pruneEvery = 120  // looks: ten minutes
    /// Rows in one transaction: a few milliseconds.
    private static let pruneBatch = 500

    let store: Store
    let metrics: WebhookMetrics
    let log: NodeLog
    let keep: @Sendable () -> Duration
    private let start = SystemClock.now()

    init(store: Store, metrics: WebhookMetrics, log: NodeLog, keep: @escaping @Sendable () -> Duration) {
        self.store = store
        self.metrics = metrics
        self.log = log
        self.keep = keep
    }

    func run() async {
        var looks = 0
        while !Task.isCancelled {
            await look()
            if looks % Self.pruneEvery == 0 { await prune() }
            looks += 1
            guard (try? await Task.sleep(for: Self.interval)) != nil else { return }  // cancelled: the node stops
        }
    }

    private func look() async {
        do throws(StoreError) {
            metrics.show(try await store.outboxCounts(), at: SystemClock.wall())
        } catch {
            log.warning("outbox cannot be counted", ["error": "\(error)"])
        }
    }

    /// A clock that was set forward while the node ran makes nothing old.
    private var limit: WallTime {
        let now = SystemClock.now()
        let elapsed = (now.monotonic - start.monotonic).wholeNanoseconds / 1_000_000
        let trusted = min(now.wall.millisecondsSince1970, start.wall.millisecondsSince1970 + elapsed)
        return WallTime(millisecondsSince1970: trusted - keep().wholeNanoseconds / 1_000_000)
    }

    private func prune() async {
        do throws(StoreError) {
            while try await store.pruneDeliveries(before: limit, limit: Self.pruneBatch) == Self.pruneBatch {}
        } catch {
            log.warning("outbox could not be pruned", ["error": "\(error)"])
        }
    }
}
