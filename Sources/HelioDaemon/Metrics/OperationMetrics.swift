import HelioMetrics

/// Operations in the background.
struct OperationMetrics: Sendable {
    private let total: Labelled2<OperationKind, OperationStatus, Counter>
    private let duration: Labelled2<OperationKind, TimedEnd, Histogram>
    private let waiting: Labelled<OperationKind, Histogram>
    private let running: Labelled<OperationKind, Gauge>

    /// How long an orphan lasted, nobody knows.
    private enum TimedEnd: String, Sendable, Hashable, CaseIterable {
        case success, failure, expired

        init?(_ status: OperationStatus) { self.init(rawValue: status.rawValue) }
    }

    init(_ registry: Registry) {
        running = registry.gauges("heliostat_operations_running", "Operations under way.", by: "operation")
        total = registry.counters(
            "heliostat_operations_total",
            "Operations that ended; expired ended well but late, orphaned are those whose process or holder is gone.",
            by: ("operation", "status"))
        duration = registry.histograms(
            "heliostat_operation_duration_seconds", "How long operations took.", by: ("operation", "status"),
            buckets: Buckets.operations)
        waiting = registry.histograms(
            "heliostat_operation_queue_seconds", "How long an operation that was due waited for its turn.", by: "operation",
            buckets: Buckets.operations)
    }

    func waited(_ kind: OperationKind, _ time: Duration) { waiting[kind].observe(time) }

    func ended(_ kind: OperationKind, _ status: OperationStatus, _ time: Duration) {
        total[kind, status].add()
        if let end = TimedEnd(status) { duration[kind, end].observe(time) }
    }

    func orphaned(_ kind: OperationKind) { total[kind, .orphaned].add() }

    func show(running counts: [OperationKind: Int]) {
        for kind in OperationKind.allCases { running[kind].set(Double(counts[kind, default: 0])) }
    }
}
