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
    mutating func plan(_ id: RunID, over listed: [ListedRepository], at now: Moment) {
        guard let run = runs[id] else { return }
        var outstanding: Set<RepositoryID> = []
        var equal = 0
        for item in listed where run.scope.contains(item.repository) {
            if isUpToDate(item, at: now) { equal += 1 } else { outstanding.insert(item.repository.id) }
        }
        if outstanding.isEmpty, equal == 0, run.scope != .all {
            runs.discoveryFailed(id, Failure(.notFound, "the upstream has nothing of that name"))
            return closeRunIfDone(id, at: now)
        }
        runs.plan(id, outstanding: outstanding, equal: equal)
        if let planned = runs[id] { effects.append(.runPlanned(planned)) }
        for item in listed where outstanding.contains(item.repository.id) { enqueue(item.repository.id, .run, at: now, run: id) }
        closeRunIfDone(id, at: now)
    }

    private func isUpToDate(_ listed: ListedRepository, at now: Moment) -> Bool {
        guard let entry = catalogue[listed.repository.id], entry.hasCopy, listed.failure == nil else { return false }
        switch listed.content {
        case .unknown?: return true
        case .known?: return listed.content == entry.content && entry.quarantinedSince == nil
        case nil: return rests(entry, at: now)
        }
    }

    /// A URL unchanged for a day is polled at most every fourth interval.
    private func rests(_ entry: RepositoryEntry, at now: Moment) -> Bool {
        guard let change = entry.lastChange, let poll = entry.lastPoll, entry.failedSyncCount == 0 else { return false }
        return now.monotonic - change >= .seconds(24 * 3600) && now.monotonic - poll < settings.syncInterval * 3.5
    }

    mutating func settleRuns(of request: SyncRequest?, _ id: RepositoryID, _ outcome: RepositoryOutcome, at now: Moment) {
        for run in (request?.runs ?? []).sorted(by: { $0.description < $1.description }) {
            runs.settle(run, id, outcome)
            closeRunIfDone(run, at: now)
        }
    }

    mutating func closeRunIfDone(_ id: RunID, at now: Moment) {
        if let closed = runs.closeIfDone(id, at: now) { effects.append(.runClosed(closed)) }
    }

    mutating func closeAllRuns(because reason: String, at now: Moment) {
        for id in runs.open.keys.sorted(by: { $0.description < $1.description }) {
            if let closed = runs.close(id, cancelledBecause: reason, at: now) { effects.append(.runClosed(closed)) }
        }
    }
}

extension RunScope {
    func contains(_ repository: Repository) -> Bool {
        switch self {
        case .all: true
        case .project(let key): repository.name.project == key
        case .repository(let name): repository.name == name
        }
    }
}
