import HelioAPI
import HelioMetrics
import HelioNode

/// What the node is right now: looked up in its snapshot when somebody asks, never kept up to date meanwhile.
struct StateMetrics: Sendable {
    private let states: Labelled<NodeState, Gauge>
    private let ready: Gauge
    private let repositories: Labelled<RepositoryState, Gauge>
    private let lag: Gauge
    private let stale: Labelled<Age, Gauge>
    private let lastContact: Gauge
    private let runningSince: Gauge
    private let vetClasses: Labelled<VetClass, Gauge>
    private let queueDepth: Labelled<Queue, Gauge>
    private let queueAge: Labelled<Queue, Gauge>
    let diskFree: Gauge
    let reloadSucceeded: Gauge
    let loopLag: Histogram

    private enum RepositoryState: String, Sendable, Hashable, CaseIterable {
        case synchronized, behind, quarantined, hashUnknown = "hash_unknown"
    }

    private enum Queue: String, Sendable, Hashable, CaseIterable { case sync, maintenance, store }

    private enum Age: String, Sendable, Hashable, CaseIterable {
        case threeMinutes = "3m", tenMinutes = "10m", hour = "1h", sixHours = "6h", day = "24h", week = "7d"

        var duration: Duration {
            switch self {
            case .threeMinutes: .seconds(180)
            case .tenMinutes: .seconds(600)
            case .hour: .seconds(3600)
            case .sixHours: .seconds(6 * 3600)
            case .day: .seconds(24 * 3600)
            case .week: .seconds(7 * 24 * 3600)
            }
        }
    }

    init(_ registry: Registry) {
        states = registry.gauges("heliostat_node_state", "1 for the state that the node is in.", by: "state")
        ready = registry.gauge("heliostat_ready", "Whether /readyz answers 200.")
        repositories = registry.gauges(
            "heliostat_repositories",
            "Repositories by how they stand. A first copy that is not here yet is behind; hash_unknown is not to be added to the rest.",
            by: "state")
        lag = registry.gauge("heliostat_sync_lag_seconds", "Age of the oldest change that is known upstream and not yet here.")
        stale = registry.gauges(
            "heliostat_repositories_stale",
            "Repositories whose copy was last known to equal the upstream longer ago than this.", by: "older_than")
        lastContact = registry.gauge(
            "heliostat_last_upstream_contact_timestamp_seconds", "When the upstream last answered; 0 when it never has.")
        runningSince = registry.gauge(
            "heliostat_sync_running_since_timestamp_seconds",
            "When the oldest full synchronisation under way was claimed; NaN while none is.")
        vetClasses = registry.gauges("heliostat_vet_repositories", "What the last vet found.", by: "class")
        queueDepth = registry.gauges("heliostat_queue_depth", "What waits.", by: "queue")
        queueAge = registry.gauges(
            "heliostat_queue_oldest_age_seconds", "How long the first that waits could have had its turn already.", by: "queue")
        diskFree = registry.gauge("heliostat_disk_free_bytes", "Free space of the file system of the data directory; NaN while it cannot be told.")
        reloadSucceeded = registry.gauge("heliostat_config_reload_successful", "Whether the last configuration read was taken.")
        loopLag = registry.histogram(
            "heliostat_event_loop_lag_seconds", "How long each round of the event loop kept what came meanwhile waiting.",
            buckets: Buckets.loopLag)
        reloadSucceeded.set(1)
        diskFree.set(.nan)
    }

    /// Walks through the whole catalogue; never to be called on the loop.
    func update(_ snapshot: NodeSnapshot, store: (count: Int, oldest: MonotonicTime?), at now: MonotonicTime) {
        for state in NodeState.allCases { states[state].set(state == snapshot.state ? 1 : 0) }
        ready.set(snapshot.readiness(at: now).isReady ? 1 : 0)
        lag.set(snapshot.lag(at: now).inSeconds)
        lastContact.set(snapshot.lastContact?.wall.inSeconds ?? 0)
        let open = snapshot.runs.filter { $0.end == nil && $0.scope == .all }
        runningSince.set(open.map(\.claimedAt.wall.inSeconds).min() ?? .nan)
        for kind in VetClass.allCases { vetClasses[kind].set(Double(snapshot.vets.last?.count(kind) ?? 0)) }
        updateRepositories(snapshot.catalogue, at: now)
        update(.sync, snapshot.queue.waitingCount, snapshot.queue.oldestDue, at: now)
        update(.maintenance, snapshot.maintenance.count, snapshot.maintenance.oldest, at: now)
        update(.store, store.count, store.oldest, at: now)
    }

    private func updateRepositories(_ catalogue: Catalogue, at now: MonotonicTime) {
        let counts = catalogue.counts
        repositories[.synchronized].set(Double(counts.synchronized))
        repositories[.behind].set(Double(counts.behind + counts.waiting))
        repositories[.quarantined].set(Double(counts.quarantined))
        repositories[.hashUnknown].set(Double(counts.hashUnknown))
        let staleness = Staleness(catalogue, limits: Age.allCases.map(\.duration), at: now)
        for (age, count) in zip(Age.allCases, staleness.counts) { stale[age].set(Double(count)) }
    }

    private func update(_ queue: Queue, _ count: Int, _ oldest: MonotonicTime?, at now: MonotonicTime) {
        queueDepth[queue].set(Double(count))
        queueAge[queue].set(NodeSnapshot.age(oldest, at: now).inSeconds)
    }
}
