/// The open runs and the last closed ones. Each run closes exactly once, and so does each project in it.
struct RunLedger: Sendable {
    /// How many repositories the open runs over all of them may wait for together, beyond the oldest and the newest run: some tens of
    /// bytes each, as a request for a repository names the runs that wait for it. 100 passes over 10,000 repositories.
    var outstandingKept = 1_000_000

    private(set) var open: [RunID: Run] = [:]
    private(set) var closed: [Run] = []
    /// Kept apart from the runs, which readers hold on to: what changes with every outcome is not copied for them.
    private var plans: [RunID: RunPlan] = [:]

    subscript(id: RunID) -> Run? { open[id] ?? closed.last { $0.id == id } }

    /// Those of an earlier life, oldest first.
    mutating func adopt(_ runs: [Run]) { closed = (runs.filter { open[$0.id] == nil } + closed).suffix(Run.closedKept) }

    mutating func claim(_ run: Run) {
        open[run.id] = run
    }

    /// The discovery succeeded: this is what the run has to do.
    /// - Returns: the projects in which nothing is to be done.
    mutating func plan(_ id: RunID, _ plan: RunPlan, at now: Moment) -> [ProjectEnd] {
        guard let run = open[id] else { return [] }
        open[id]?.planned = plan.outstandingCount + plan.equal
        open[id]?.outstandingCount = plan.outstandingCount
        if plan.equal > 0 { open[id]?.outcomes[.success] = plan.equal }
        plans[id] = plan
        return plan.idleProjects.map { _ in ProjectEnd(status: .success, duration: run.age(at: now)) }
    }

    mutating func discoveryFailed(_ id: RunID, _ failure: Failure) {
        open[id]?.discoveryFailure = failure
    }

    /// A repository's first attempt in this run came out; later ones are not counted.
    /// - Returns: nil when the run does not wait for it; else the end of the project of which it was the last.
    mutating func settle(
        _ id: RunID, _ repository: RepositoryID, _ outcome: RepositoryOutcome, at now: Moment
    ) -> (isCounted: Bool, project: ProjectEnd?) {
        guard let run = open[id], let share = plans[id]?.settle(repository, outcome) else { return (false, nil) }
        open[id]?.outcomes[outcome, default: 0] += 1
        open[id]?.outstandingCount -= 1
        return (true, share.isDone ? ProjectEnd(status: share.status, duration: run.age(at: now)) : nil)
    }

    /// Closes the run when nothing is outstanding; nil while it goes on, or when it is closed already.
    mutating func closeIfDone(_ id: RunID, at now: Moment) -> Run? {
        guard let run = open[id], run.outstandingCount == 0, run.planned != nil || run.discoveryFailure != nil else {
            return nil
        }
        return close(id, RunStatus(of: run), because: .shutDown, at: now)?.run
    }

    /// Runs that later ones have overtaken: when they wait for too much, the oldest but for the very first, which tells how long a first
    /// synchronisation takes, and never the newest, which waits for what they wait for.
    var overtaken: [RunID] {
        let full = open.values.filter { $0.planned != nil && $0.scope == .all }.sorted { $0.isOlder(than: $1) }
        let between = full.dropFirst().dropLast()
        var excess = between.reduce(-outstandingKept) { $0 + $1.outstandingCount }
        return between.prefix { run in
            defer { excess -= run.outstandingCount }
            return excess > 0
        }.map(\.id)
    }

    /// What waits will not begin any more: of the run's repositories only `kept` may still come out.
    /// - Returns: how many were cancelled, and the projects that ended with them.
    mutating func cutWaiting(
        _ id: RunID, besides kept: [RepositoryID], at now: Moment
    ) -> (count: Int, projects: [ProjectEnd]) {
        guard let run = open[id], let ended = plans[id]?.cancel(besides: kept) else { return (0, []) }
        let count = run.outstandingCount - (plans[id]?.outstandingCount ?? 0)
        if count > 0 { open[id]?.outcomes[.cancel, default: 0] += count }
        open[id]?.outstandingCount -= count
        return (count, ended.map { ProjectEnd(status: $0.status, duration: run.age(at: now)) })
    }

    /// Ends a run whose work will not go on: what is outstanding counts as cancelled.
    mutating func cut(_ id: RunID, because reason: Cut, at now: Moment) -> (run: Run, projects: [ProjectEnd])? {
        guard let run = open[id] else { return nil }
        let outstanding = run.outstandingCount
        if outstanding > 0 { open[id]?.outcomes[.cancel, default: 0] += outstanding }
        open[id]?.outstandingCount = 0
        let status = open[id].map { RunStatus(of: $0) } ?? .cancel
        return close(id, status == .success ? .cancel : status, because: reason, at: now)
    }

    private mutating func close(
        _ id: RunID, _ status: RunStatus, because reason: Cut, at now: Moment
    ) -> (run: Run, projects: [ProjectEnd])? {
        guard var run = open.removeValue(forKey: id) else { return nil }
        let cut = plans.removeValue(forKey: id)?.cut ?? []
        run.end = Run.End(
            status: status, reason: status == .cancel ? reason.rawValue : run.discoveryFailure?.description, at: now,
            duration: run.age(at: now))
        closed.append(run)
        if closed.count > Run.closedKept { closed.removeFirst() }
        return (run, cut.map { ProjectEnd(status: $0.status, duration: run.age(at: now)) })
    }

    /// Why a run goes no further.
    enum Cut: String {
        case shutDown = "shut down"
        /// Later passes wait for what it waits for.
        case preempted
    }
}

extension RunStatus {
    init(of run: Run) { self = run.discoveryFailure == nil ? RunStatus(of: run.outcomes) : .fail }

    /// A failure wins over everything; then a cut; where nothing was to be done, that is a success.
    init(of outcomes: [RepositoryOutcome: Int]) {
        if outcomes[.fail, default: 0] > 0 {
            self = .fail
        } else {
            self = outcomes[.cancel, default: 0] > 0 ? .cancel : .success
        }
    }
}

extension Run {
    /// Since the claim, so waiting in the queue is part of it.
    func age(at now: Moment) -> Duration { now.monotonic - claimedAt.monotonic }

    fileprivate func isOlder(than other: Run) -> Bool { (claimedAt.monotonic, id) < (other.claimedAt.monotonic, other.id) }
}
