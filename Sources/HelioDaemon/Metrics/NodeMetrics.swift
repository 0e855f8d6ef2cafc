import HelioMetrics
import HelioNode

/// Every metric of a node, made once. What happens is recorded where it happens; what is a state is looked up when somebody asks
/// (`StateMetrics`).
///
/// No label holds anything that a repository, a peer or an operator can name, so the number of series is fixed at the start, but for
/// those of the inventory, which one node of the farm has at a time.
struct NodeMetrics: Sendable {
    let registry: Registry
    let timers: NodeTimers
    let sync: SyncMetrics
    let operations: OperationMetrics
    let webhooks: WebhookMetrics
    let farm: FarmMetrics
    let inventory: InventoryMetrics
    let connections: Gauge
    let certificateEnd: Gauge
    let state: StateMetrics
    let process: ProcessMetrics

    /// - Parameter isAlone: without a coordinator: what this node does is all that its farm does.
    init(_ configuration: NodeConfiguration.Metrics, isAlone: Bool) {
        registry = Registry(TimerOptions(configuration))
        state = StateMetrics(registry)
        sync = SyncMetrics(registry)
        operations = OperationMetrics(registry)
        webhooks = WebhookMetrics(registry)
        farm = FarmMetrics(registry, startedAt: isAlone ? nil : SystemClock.monotonic())
        inventory = InventoryMetrics(registry)
        timers = NodeTimers(registry, isAlone: isAlone, at: .now())
        connections = registry.gauge("heliostat_http_connections", "Open connections.")
        certificateEnd = registry.gauge(
            "heliostat_tls_certificate_expiry_timestamp_seconds", "When the certificate shown by the listeners ends; NaN without TLS.")
        process = ProcessMetrics(registry)
        registry.info(
            "heliostat_build_info", "What runs here.", labels: [("version", Version.number), ("commit", Version.commit)])
    }
}

extension TimerOptions {
    init(_ configuration: NodeConfiguration.Metrics) {
        self.init(jmxParity: configuration.jmxParity, idle: configuration.idle)
    }
}

extension Tick {
    init(_ time: MonotonicTime) { self.init(nanoseconds: time.nanoseconds) }

    static func now() -> Tick { Tick(SystemClock.monotonic()) }
}

/// Bounds of histograms, in seconds.
enum Buckets {
    /// Of whole runs: from a quiet pass to the first copy of a farm.
    static let runs: [Double] = [10, 30, 60, 120, 300, 600, 1800, 3600, 7200]
    static let operations: [Double] = [0.1, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600]
    /// Of counting the rows of a database.
    static let rowCounts: [Double] = [0.1, 0.5, 1, 2, 5, 10, 30, 60]
    static let loopLag: [Double] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
}
