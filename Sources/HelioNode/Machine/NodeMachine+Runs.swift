/// Passes over the repositories.
extension NodeMachine {
    mutating func claimRun(
        _ id: RunID, _ trigger: RunTrigger, _ scope: RunScope, acceptDeletions: Bool = false, at now: Moment
    ) -> RunID {
        let run = Run(id: id, trigger: trigger, scope: scope, acceptsDeletions: acceptDeletions, claimedAt: now)
        runs.claim(run)
        effects.append(.runOpened(run))
        return id
    }

    /// What the run has to do: everything listed in its scope; what equals the upstream is done already.
    mutating func plan(_ id: RunID, over batch: MetadataBatch, at now: Moment) {
        guard let run = runs[id] else { return }
        var plan = RunPlan()
        for item in batch.listed where run.scope.contains(item.repository) {
            plan.add(item.repository.id, of: item.repository.project.id, isEqual: isUpToDate(item, for: run, at: now))
        }
        if plan.outstandingCount == 0, plan.equal == 0, run.scope != .all, !batch.deletions.contains(where: run.scope.contains) {
            runs.discoveryFailed(id, Failure(.notFound, "the upstream has nothing of that name"))
            return closeRunIfDone(id, at: now)
        }
        begin(id, plan, at: now)
        for item in batch.listed where plan.waits(for: item.repository.id) { enqueue(item.repository.id, .run, at: now, run: id) }
        closeRunIfDone(id, at: now)
        preemptOvertaken(at: now)
    }

    /// A new pass never waits for an open run: where passes begin faster than a first synchronisation gets through, only so many stay.
    private mutating func preemptOvertaken(at now: Moment) {
        let overtaken = runs.overtaken
        guard !overtaken.isEmpty else { return }
        cut(overtaken, because: .preempted, at: now)
        queue.forget(Set(overtaken))
    }

    mutating func begin(_ id: RunID, _ plan: RunPlan, at now: Moment) {
        let idle = runs.plan(id, plan, at: now)
        if let planned = runs[id] { effects.append(.runPlanned(planned)) }
        if plan.equal > 0 { happened(.repositoriesSettled(.success, .run, count: plan.equal)) }
        if !idle.isEmpty { happened(.projectsEnded(idle)) }
    }

    private func isUpToDate(_ listed: ListedRepository, for run: Run, at now: Moment) -> Bool {
        guard let entry = catalogue[listed.repository.id], entry.hasCopy, listed.failure == nil else { return false }
        switch listed.content {
        case .unknown?: return true
        // What failed may have moved refs and not have noted it, whatever the hashes are by now.
        case .known?: return listed.content == entry.content && entry.failedSyncCount == 0
        case nil: return run.trigger == .scheduled && rests(entry, at: now)
        }
    }

    /// A URL unchanged for a day is polled at most every fourth interval, unless somebody asks.
    private func rests(_ entry: RepositoryEntry, at now: Moment) -> Bool {
        guard let change = entry.lastChange, let poll = entry.lastPoll, entry.failedSyncCount == 0 else { return false }
        return now.monotonic - change >= .seconds(24 * 3600) && now.monotonic - poll < settings.syncInterval * 4
    }

    mutating func settleRuns(of request: SyncRequest?, _ id: RepositoryID, _ outcome: RepositoryOutcome, at now: Moment) {
        for run in (request?.runs ?? []).sorted() {
            let settled = runs.settle(run, id, outcome, at: now)
            if settled.isCounted { happened(.repositoriesSettled(outcome, .run, count: 1)) }
            if let project = settled.project { happened(.projectsEnded([project])) }
            closeRunIfDone(run, at: now)
        }
    }

    /// An attempt came out. What runs wait for is counted with them; a trigger of its own once more.
    mutating func settle(_ job: SyncJob, _ outcome: RepositoryOutcome, at now: Moment) {
        settleRuns(of: job.request, job.repository.id, outcome, at: now)
        if job.request.trigger != .run { happened(.repositoriesSettled(outcome, job.request.trigger, count: 1)) }
    }

    mutating func closeRunIfDone(_ id: RunID, at now: Moment) {
        if let closed = runs.closeIfDone(id, at: now) { effects.append(.runClosed(closed)) }
    }

    /// Nothing more will come out: what is outstanding is cancelled.
    mutating func closeAllRuns(at now: Moment) { cut(Array(runs.open.keys), because: .shutDown, at: now) }

    /// Of every run only what `running` jobs work on is still waited for. One pass for each run, however much waits.
    mutating func cutWaiting(besides running: [SyncJob], at now: Moment) {
        for id in runs.open.keys.sorted() {
            let kept = running.filter { $0.request.runs.contains(id) }.map(\.repository.id)
            let (count, projects) = runs.cutWaiting(id, besides: kept, at: now)
            if count > 0 { happened(.repositoriesSettled(.cancel, .run, count: count)) }
            if !projects.isEmpty { happened(.projectsEnded(projects)) }
            closeRunIfDone(id, at: now)
        }
    }

    /// Those that wait for a discovery that will not come.
    mutating func closeUnplannedRuns(at now: Moment) {
        cut(runs.open.values.filter { $0.planned == nil }.map(\.id), because: .shutDown, at: now)
    }

    private mutating func cut(_ ids: [RunID], because reason: RunLedger.Cut, at now: Moment) {
        for id in ids.sorted() {
            let outstanding = runs[id]?.outstandingCount ?? 0
            guard let closed = runs.cut(id, because: reason, at: now) else { continue }
            if outstanding > 0 { happened(.repositoriesSettled(.cancel, .run, count: outstanding)) }
            if !closed.projects.isEmpty { happened(.projectsEnded(closed.projects)) }
            effects.append(.runClosed(closed.run))
        }
    }
}

extension RunScope {
    /// One listing may answer several runs.
    static func widest(of scopes: [RunScope]) -> RunScope {
        scopes.first { $0 == .all } ?? scopes.first { if case .project = $0 { true } else { false } } ?? scopes.first ?? .all
    }

    func contains(_ repository: Repository) -> Bool {
        switch self {
        case .all: true
        case .project(let key): repository.name.project == key
        case .repository(let name): repository.name == name
        }
    }
}
