import HelioMetrics
import HelioNode

/// Full synchronisations and what they are made of.
struct SyncMetrics: Sendable {
    private let runs: Labelled<RunStatus, Counter>
    private let runDuration: Histogram
    private let lastSuccess: Gauge
    private let projects: Labelled<RunStatus, Counter>
    private let projectDuration: Histogram
    private let discoveries: Labelled<RunStatus, Counter>
    private let discoveryDuration: Histogram
    private let repositories: Labelled2<RepositoryOutcome, SyncTrigger, Counter>
    private let repositoryDuration: Histogram
    private let failures: Labelled<FailureReason, Counter>

    init(_ registry: Registry) {
        runs = registry.counters("heliostat_sync_total", "Full synchronisations that ended.", by: "status")
        runDuration = registry.histogram(
            "heliostat_sync_duration_seconds",
            "From the claim of a full synchronisation to its last repository, waiting in the queue included.", buckets: Buckets.runs)
        lastSuccess = registry.gauge(
            "heliostat_last_sync_success_timestamp_seconds",
            "When the last full synchronisation ended in which everything succeeded; 0 when none has.")
        projects = registry.counters("heliostat_project_sync_total", "Projects that came out of a run.", by: "status")
        projectDuration = registry.histogram(
            "heliostat_project_sync_duration_seconds", "From the claim of a run to the last repository of a project in it.",
            buckets: Buckets.runs)
        discoveries = registry.counters("heliostat_discovery_total", "Listings of the upstream that ended.", by: "status")
        discoveryDuration = registry.histogram(
            "heliostat_discovery_duration_seconds", "From asking the upstream what there is until that is stored.")
        repositories = registry.counters(
            "heliostat_repository_sync_total",
            "Repositories by the outcome of an attempt; with the trigger run they add up to the plans of the runs.",
            by: ("status", "trigger"))
        repositoryDuration = registry.histogram(
            "heliostat_repository_sync_duration_seconds", "One attempt to synchronise one repository, without waiting.")
        failures = registry.counters("heliostat_sync_failures_total", "Failed attempts to synchronise a repository.", by: "reason")
    }

    func runClosed(_ run: Run) {
        guard run.scope == .all, let end = run.end else { return }
        closed(end.status, after: end.duration)
        if end.status == .success { succeeded(at: end.at.wall) }
    }

    private func closed(_ status: RunStatus, after duration: Duration) {
        runs[status].add()
        runDuration.observe(duration)
    }

    /// A run that a crash cut, found at the next start.
    /// - Parameters:
    ///   - duration: until it was last seen alive.
    ///   - lost: repositories of its plan that had not come out by then.
    func runOrphaned(isFull: Bool, after duration: Duration, lost: Int) {
        if isFull { closed(.cancel, after: duration) }
        repositories[.cancel, .run].add(lost)
    }

    func succeeded(at time: WallTime) { lastSuccess.set(time.inSeconds) }

    func attempted(_ failure: Failure?, after duration: Duration) {
        repositoryDuration.observe(duration)
        if let failure { failures[failure.reason].add() }
    }

    func settled(_ outcome: RepositoryOutcome, _ trigger: SyncTrigger, count: Int) { repositories[outcome, trigger].add(count) }

    func projectsEnded(_ ends: [ProjectEnd]) {
        for end in ends {
            projects[end.status].add()
            projectDuration.observe(end.duration)
        }
    }

    func discoveryEnded(_ status: RunStatus, after duration: Duration) {
        discoveries[status].add()
        discoveryDuration.observe(duration)
    }
}

extension WallTime {
    /// Since 1970.
    var inSeconds: Double { Double(millisecondsSince1970) / 1000 }
}
