import HelioLock
import HelioMetrics
import HelioNode

/// What is counted for the whole farm. The values are those of the label.
enum InventoryQuery: String, Sendable, Hashable, CaseIterable {
    case repositories, refs
    case syncQueue = "sync_queue"
    case webhookPending = "webhook_pending"
    case webhookDead = "webhook_dead"
    case hashUnknown = "hash_unknown"
    case vetMismatch = "vet_mismatch"
}

/// The series of the inventory, which only exist where and while the node holds the lease for it.
///
/// Who writes the document looks at the holder's own clock: a process that was stopped does not show what it counted before, even if
/// nothing in it has noticed yet that its time is over.
final class InventoryMetrics: Sendable {
    /// One holding of the lease, from when it was given until it is lost.
    private struct Term {
        let fence: Int64
        var deadline: MonotonicTime
        var counts: [InventoryQuery: Int] = [:]
    }

    private let term: Locked<Term?>
    private let duration: Histogram

    init(_ registry: Registry, now: @escaping @Sendable () -> MonotonicTime = SystemClock.monotonic) {
        let term = Locked<Term?>(nil)
        self.term = term
        let current: @Sendable () -> Term? = { term.withLock { $0 }.flatMap { now() < $0.deadline ? $0 : nil } }
        registry.passingGauges(
            "heliostat_database_rows", "Rows as one node counts them for the whole farm; only that node has this.", by: "query_name",
            of: InventoryQuery.self
        ) { current()?.counts.mapValues(Double.init) ?? [:] }
        duration = registry.passingHistogram(
            "heliostat_database_row_count_collection_duration_seconds",
            "How long it took to count all rows once; only the node that counts has this.", buckets: Buckets.rowCounts
        ) { current() != nil }
    }

    /// - Parameter fence: of the holding; another one has its counts yet to come.
    func held(_ fence: Int64, until deadline: MonotonicTime) {
        term.withLock { term in
            if term?.fence != fence { term = Term(fence: fence, deadline: deadline) }
            term?.deadline = deadline
        }
    }

    func lost(_ fence: Int64) {
        term.withLock { term in
            if term?.fence == fence { term = nil }
        }
    }

    /// - Parameter count: nil takes the series away: an old number would pass for one of now.
    func show(_ count: Int?, of query: InventoryQuery, under fence: Int64) {
        term.withLock { term in
            if term?.fence == fence { term?.counts[query] = count }
        }
    }

    func collected(in time: Duration) { duration.observe(time) }
}
