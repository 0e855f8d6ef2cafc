/// The queue, and what comes out of it.
extension NodeMachine {
    mutating func enqueue(
        _ id: RepositoryID, _ trigger: SyncTrigger, at now: Moment, run: RunID? = nil, rebuild: Bool = false
    ) {
        guard let entry = catalogue[id] else { return }
        var request = SyncRequest(repository: id, project: entry.repository.project.id, trigger: trigger, createdAt: now)
        request.rebuild = rebuild
        if let run { request.runs = [run] }
        queue.enqueue(request, now: now.monotonic)
    }

    mutating func startJobs(at now: Moment) {
        guard state == .metadataSynchronized || state == .synchronized, diskLevel != .stop else { return }
        let catalogue = catalogue
        let (maintained, trashing) = (maintenance.current, trashing)
        let isBusy = { id in id == maintained || Self.isTrashed(id, trashing, catalogue) }
        while let job = queue.start(
            now: now.monotonic, concurrency: settings.syncConcurrency, isBusy: isBusy,
            make: { request, id in Self.job(id, request, catalogue, at: now) })
        {
            self.catalogue.update(job.repository.id) { $0.lastPoll = now.monotonic }
            effects.append(.synchronize(job))
        }
    }

    private static func job(_ id: JobID, _ request: SyncRequest, _ catalogue: Catalogue, at now: Moment) -> SyncJob? {
        guard let entry = catalogue[request.repository] else { return nil }
        var request = request
        request.rebuild = request.rebuild || entry.needsRebuild
        return SyncJob(
            id: id, request: request, repository: entry.repository, hasCopy: entry.hasCopy, lastKnownHead: entry.head,
            startedAt: now)
    }

    mutating func synchronized(
        _ job: JobID, _ id: RepositoryID, _ result: Result<SyncResult, Failure>, at now: Moment
    ) {
        guard let finished = queue.finish(id, now: now.monotonic), finished.id == job else { return }
        if finished.removeWhenDone {
            settle(finished, .skipped, at: now)
            if catalogue[id] == nil { trash([finished.repository.name]) }
            return
        }
        switch result {
        case .success(let result): succeeded(finished, result, at: now)
        case .failure(let failure): failed(finished, failure, at: now)
        }
        noteFirstList(id)
    }

    private mutating func succeeded(_ job: SyncJob, _ result: SyncResult, at now: Moment) {
        let id = job.repository.id
        contact.reached(id, at: now)
        let before = catalogue[id]
        let hadFailed = (before?.failedSyncCount ?? 0) > 0
        let news = before?.news(since: job, synchronizedTo: result.content)
        // Storing a success forgets what was noted before it; what a listing had noted meanwhile may have come before that or after.
        let mayBeNoted = before?.listedAt.map { $0 > job.startedAt.monotonic } ?? false
        catalogue.update(id) { entry in
            entry.take(result, at: now)
            if let news {
                (entry.upstreamContent, entry.behindSince) = (news.content, news.since)
            } else {
                // The upstream was read after the job began; how long before its end, nobody knows.
                entry.confirmedAt = max(entry.confirmedAt ?? job.startedAt.monotonic, job.startedAt.monotonic)
            }
            entry.isNotedBehind = mayBeNoted && news == nil
        }
        // A change has been recorded with its refs already.
        if hadFailed || !result.changed, let entry = catalogue[id] {
            effects.append(.record(id, SyncRecord(entry, verified: result)))
        }
        noteLag(of: id)
        if before?.quarantinedSince != nil { effects.append(.recovered(job.repository)) }
        settle(job, .success, at: now)
        settleVet(job, resolved: true)
        if before?.listedAt != nil, before?.upstreamContent == result.content { settleFollowUp(id, at: now) }
        if result.changed, result.kind == .incremental { maintenance.line(up: id, at: now.monotonic) }
    }

    /// A pass asked for the repository while its job ran, and the job has brought what its listing had seen: no need to go again. Whoever
    /// else asked (a notification, a vet, which has read for itself) may know of more.
    private mutating func settleFollowUp(_ id: RepositoryID, at now: Moment) {
        guard let next = queue.waiting[id], next.trigger == .run, !next.rebuild else { return }
        happened(.requestSatisfied(now.monotonic - next.createdAt.monotonic))
        settleRuns(of: queue.remove(id), id, .success, at: now)
    }

    private mutating func failed(_ job: SyncJob, _ failure: Failure, at now: Moment) {
        let id = job.repository.id
        log(
            .warning, "synchronisation failed", ("repository", .text(job.repository.name.description)),
            ("reason", .text(failure.reason.rawValue)), ("error", .text(failure.message)), ("attempt", .count(job.attempt)))
        if failure.reason == .cancelled, !isWorking {
            return settle(job, .cancel, at: now)
        }
        let isOwn = isOwnFault(failure, of: id, at: now)
        catalogue.update(id) { entry in
            entry.failedSyncCount += 1
            entry.ownFailures += isOwn ? 1 : 0
            entry.lastFailure = failure
        }
        quarantineIfDue(id, at: now)
        if let entry = catalogue[id] { effects.append(.record(id, SyncRecord(entry, verified: nil))) }
        settle(job, failure.reason == .cancelled ? .cancel : .fail, at: now)
        retryOrGiveUp(job, failure, at: now)
    }

    /// Of a node that was never complete, none is before the upstream was reached at all: a wrong token keeps out more than one repository,
    /// and so does a server that is silent, and a node whose repositories are all set aside would be complete.
    private func isOwnFault(_ failure: Failure, of id: RepositoryID, at now: Moment) -> Bool {
        guard contact.last != nil || wasSynchronized else { return false }
        if failure.isOfHost { return false }
        return switch failure.reason.blame {
        case .repository: true
        case .repositoryIfOthersReached:
            contact.reachedAnother(than: id, within: settings.syncInterval, at: now.monotonic)
        case .node: false
        }
    }

    private mutating func quarantineIfDue(_ id: RepositoryID, at now: Moment) {
        guard let entry = catalogue[id], entry.quarantinedSince == nil, entry.ownFailures >= settings.syncAttempts else { return }
        catalogue.update(id) { $0.quarantinedSince = now.monotonic }
        if settings.quarantineBlocksSynchronized, state == .metadataSynchronized { reopenFirstList(for: id) }
        log(
            .error, "repository quarantined", ("repository", .text(entry.repository.name.description)),
            ("reason", .text(entry.lastFailure?.reason.rawValue ?? "unknown")), ("failures", .count(entry.failedSyncCount)))
        if let failure = entry.lastFailure {
            effects.append(.quarantined(entry.repository, failure, failures: entry.failedSyncCount))
        }
    }

    private mutating func retryOrGiveUp(_ job: SyncJob, _ failure: Failure, at now: Moment) {
        let id = job.repository.id
        // What is wrong at the upstream is no reason to make a good copy anew.
        if failure.reason == .corrupt, !failure.isOfUpstream { catalogue.update(id) { $0.needsRebuild = job.hasCopy } }
        guard catalogue[id]?.quarantinedSince == nil, job.attempt < settings.syncAttempts else {
            return settleVet(job, resolved: catalogue[id]?.quarantinedSince != nil)
        }
        var request = SyncRequest(repository: id, project: job.request.project, trigger: .retry, createdAt: job.request.createdAt)
        request.failedAttempts = job.attempt
        request.rebuild = job.request.rebuild
        var delay = Backoff.synchronisation.delay(afterAttempt: job.attempt, using: &random)
        if let asked = failure.retryAfter {
            delay = max(delay, asked)
            request.heldByUpstream = true
        }
        request.notBefore = now.monotonic + delay
        queue.enqueue(request, now: now.monotonic)
    }

    private mutating func settleVet(_ job: SyncJob, resolved: Bool) {
        vet?.settle(job.repository.id, resolved: resolved, begunAt: job.startedAt.monotonic)
    }

    // MARK: Maintenance

    mutating func startMaintenance() {
        guard maintenance.current == nil else { return }
        let isBusy = { [queue, trashing, catalogue] id in queue.isRunning(id) || Self.isTrashed(id, trashing, catalogue) }
        guard let id = maintenance.next(isBusy: isBusy), let entry = catalogue[id] else { return }
        maintenance.current = id
        effects.append(.maintain(entry.repository))
    }

    mutating func maintained(_ id: RepositoryID, at now: Moment) {
        if maintenance.current == id { maintenance.current = nil }
        if let name = maintenance.trashAfterwards, catalogue.id(named: name) == nil { trash([name]) }
        maintenance.trashAfterwards = nil
        queue.release(id, now: now.monotonic)
    }

    // MARK: Trash

    mutating func trash(_ names: [RepositoryName]) {
        guard !names.isEmpty else { return }
        for name in names { trashing[name, default: 0] += 1 }
        effects.append(.trash(names))
    }

    private static func isTrashed(_ id: RepositoryID, _ trashing: [RepositoryName: Int], _ catalogue: Catalogue) -> Bool {
        !trashing.isEmpty && catalogue[id].map { trashing[$0.repository.name] != nil } ?? false
    }

    mutating func trashed(_ names: [RepositoryName], at now: Moment) {
        for name in names {
            trashing[name] = trashing[name].flatMap { $0 > 1 ? $0 - 1 : nil }
            if trashing[name] == nil, let id = catalogue.id(named: name) { queue.release(id, now: now.monotonic) }
        }
    }
}

extension RepositoryEntry {
    /// A listing that came while the job ran told of something else than the job brought: it may be newer, so it stays known.
    fileprivate func news(since job: SyncJob, synchronizedTo content: MirrorHash) -> (content: MirrorHash, since: MonotonicTime)? {
        guard let listedAt, listedAt > job.startedAt.monotonic, let upstreamContent, upstreamContent != .unknown,
            upstreamContent != content
        else { return nil }
        return (upstreamContent, listedAt)
    }

    fileprivate mutating func take(_ result: SyncResult, at now: Moment) {
        if result.changed { lastChange = now.monotonic }
        content = result.content
        upstreamContent = result.content
        metadata = result.metadata
        repository.defaultBranch = result.defaultBranch
        head = result.head
        hasCopy = true
        initialSync = initialSync ?? now.wall
        lastSync = now.wall
        failedSyncCount = 0
        needsRebuild = false
        ownFailures = 0
        lastFailure = nil
        quarantinedSince = nil
        behindSince = nil
    }
}

extension SyncRecord {
    init(_ entry: RepositoryEntry, verified: SyncResult?) {
        failedSyncCount = entry.failedSyncCount
        lastFailure = entry.lastFailure
        isQuarantined = entry.quarantinedSince != nil
        self.verified = verified.map { ($0.content, $0.head, $0.refs) }
    }
}
