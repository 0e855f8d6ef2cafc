/// Which repositories there are.
struct Discovery: Sendable {
    /// When the next pass is due; nil before the node has joined its farm.
    var nextPass: MonotonicTime?
    var isRunning = false
    var startedAt: MonotonicTime?
    var failedAttempts = 0
    /// The runs that the discovery under way is for.
    var runs: [RunID] = []
    /// Runs claimed meanwhile: they get a discovery of their own, begun after they were.
    var waiting: [RunID] = []
    /// Listings being stored, with the runs that wait for them.
    var storing: [MetadataBatch.ID: Pending] = [:]
    /// Names being looked up, and since when.
    var finding: [RepositoryName: MonotonicTime] = [:]
    var lastBatch: MetadataBatch.ID = 0

    /// Single names looked up at once; more unknown names than this become a pass.
    static let findingLimit = 64

    struct Pending: Sendable {
        let batch: MetadataBatch
        /// nil: a single repository that was notified.
        let runs: [RunID]?
        let begunAt: MonotonicTime
    }

    func nextAttempt(isJoined: Bool) -> MonotonicTime? { isJoined && !isRunning && storing.isEmpty ? nextPass : nil }
}

extension NodeMachine {
    mutating func startDueDiscovery(at now: Moment) {
        guard isJoined, !discovery.isRunning, discovery.storing.values.allSatisfy({ $0.runs == nil }) else { return }
        if let due = discovery.nextPass, due <= now.monotonic {
            discovery.waiting.append(claimRun(RunID(using: &random), .scheduled, .all, at: now))
            schedulePass(at: now)
        }
        guard !discovery.waiting.isEmpty else { return }
        discovery.runs = discovery.waiting
        discovery.waiting = []
        discovery.isRunning = true
        discovery.startedAt = now.monotonic
        effects.append(.discover)
    }

    private mutating func schedulePass(at now: Moment) {
        let interval = settings.syncInterval.wholeNanoseconds
        discovery.nextPass = now.monotonic + .nanoseconds(Int64.random(in: interval / 5 * 4...interval, using: &random))
    }

    mutating func discovered(_ result: Result<Listing, Failure>, at now: Moment) {
        guard isWorking else { return }  // cut when the node was told to stop
        discovery.isRunning = false
        let runs = discovery.runs
        discovery.runs = []
        switch result {
        case .failure(let failure): discoveryFailed(failure, runs, at: now)
        case .success(let listing): admit(listing, for: runs, at: now)
        }
    }

    private mutating func discoveryFailed(_ failure: Failure, _ failedRuns: [RunID], at now: Moment) {
        log(.warning, "discovery failed", ("reason", .text(failure.reason.rawValue)), ("error", .text(failure.message)))
        discoveryEnded(failure.reason == .cancelled ? .cancel : .fail, for: failedRuns, at: now)
        for id in failedRuns {
            runs.discoveryFailed(id, failure)
            closeRunIfDone(id, at: now)
        }
        discovery.failedAttempts += 1
        // Until there is a first list everything waits for it; later the next pass is soon enough.
        guard state == .bootstrapped else { return }
        var delay = Backoff.bootstrap.delay(afterAttempt: discovery.failedAttempts, using: &random)
        if let asked = failure.retryAfter { delay = max(delay, asked) }
        discovery.nextPass = now.monotonic + max(delay, .milliseconds(100))
    }

    private mutating func discoveryEnded(_ status: RunStatus, for ids: [RunID], at now: Moment) {
        guard let begun = discovery.startedAt else { return }
        let scopes = ids.compactMap { runs[$0]?.scope }
        happened(.discoveryEnded(status, scope: .widest(of: scopes), now.monotonic - begun))
    }

    /// The node ends before the listing that is under way, or before it is stored.
    mutating func cutDiscovery(at now: Moment) {
        let ids = discovery.isRunning ? discovery.runs : discovery.storing.values.compactMap(\.runs).first
        if let ids { discoveryEnded(.cancel, for: ids, at: now) }
        (discovery.isRunning, discovery.runs, discovery.storing) = (false, [], [:])
    }

    private mutating func admit(_ listing: Listing, for runs: [RunID], at now: Moment) {
        let (fitting, twins) = IdentityCheck.sift(listing.repositories, against: catalogue)
        let listed = Set(fitting.map(\.repository.id))
        let missing = missing(from: listed, unseen: listing.unseen)
        let accepting = runs.compactMap { self.runs[$0] }.filter { $0.acceptsDeletions == true }.map(\.scope)
        let accepted = missing.filter { repository in accepting.contains { $0.contains(repository) } }
        let suspects = missing.count - accepted.count
        // Nothing that is known would be missing, so no purge guard minds; and all of it would be news, to be told, once the disk is there.
        if listing.isBlank, state == .bootstrapped, !wasSynchronized, catalogue.counts.total == 0, !accepting.contains(.all) {
            let why = "the upstream's directory is empty: is its disk mounted? (`heliostat sync --accept-deletions` takes it as it is)"
            return discoveryFailed(Failure(.rejected, why), runs, at: now)
        }
        let limit = PurgeGuard.Limit(fraction: settings.purgeGuardFraction, atLeast: settings.purgeGuardAtLeast)
        if let alarm = purgeGuard.objection(
            known: catalogue.counts.total, listed: listed.count, missing: suspects, limit: limit, at: now.monotonic)
        {
            if purgeAlarm == nil { log(.error, "purge guard: nothing is deleted", ("why", .text(alarm))) }
            purgeAlarm = alarm
            return discoveryFailed(Failure(.rejected, "purge guard: \(alarm)"), runs, at: now)
        }
        // A listing that is refused is no contact: what answers may be the empty mount point of the upstream's disk.
        if listing.isHeardOfUpstream { contact.heard(at: now) }
        if purgeAlarm != nil { log(.info, "purge guard: listing accepted") }
        purgeAlarm = nil
        discovery.failedAttempts = 0
        report(listing.rejected + twins)
        let deletions = farm.mayAct ? missing : accepted
        noteHeld(missing.count - deletions.count)
        store(
            fitting, deletions: deletions, suspects: farm.mayAct ? suspects : 0, for: runs, since: discovery.startedAt ?? now.monotonic)
    }

    /// A node that is cut off from its farm deletes nothing: it may be the one that sees wrongly.
    private mutating func noteHeld(_ deletions: Int) {
        if deletions > 0, !holdsDeletions {
            log(.warning, "deletions wait for a view of the farm", ("repositories", .count(deletions)))
        }
        holdsDeletions = deletions > 0
    }

    /// What came into the catalogue after the listing was begun may well be missing from it, and so may what lies where the
    /// upstream could not be looked at.
    private func missing(from listed: Set<RepositoryID>, unseen: UnseenPaths) -> [Repository] {
        catalogue.entries.filter { entry in
            guard !listed.contains(entry.repository.id), !unseen.mayHide(entry.repository.name) else { return false }
            guard let known = entry.knownSince, let begun = discovery.startedAt else { return true }
            return known <= begun
        }.map(\.repository)
    }

    private mutating func report(_ found: [RejectedRepository]) {
        let known = Set(rejected)
        for rejection in found where !known.contains(rejection) { warn(of: rejection) }
        rejected = found
    }

    private mutating func warn(of rejection: RejectedRepository) {
        log(.warning, "repository rejected", ("path", .text(rejection.path)), ("why", .text(rejection.why)))
    }

    private mutating func store(
        _ repositories: [ListedRepository], deletions: [Repository], suspects: Int = 0, for runs: [RunID]?, since begun: MonotonicTime
    ) {
        discovery.lastBatch += 1
        let batch = MetadataBatch(
            id: discovery.lastBatch, listed: repositories, upserts: repositories.filter(isNewMetadata), deletions: deletions,
            suspectDeletions: suspects, announcesNew: wasSynchronized)
        discovery.storing[batch.id] = Discovery.Pending(batch: batch, runs: runs, begunAt: begun)
        effects.append(.storeMetadata(batch))
    }

    /// A URL's default branch is learned by synchronising, so a listing of URLs changes nothing of what is known.
    private func isNewMetadata(_ listed: ListedRepository) -> Bool {
        guard let entry = catalogue[listed.repository.id] else { return true }
        return listed.content != nil && entry.metadata != listed.metadata
    }

    mutating func metadataStored(_ id: MetadataBatch.ID, _ failure: Failure?, at now: Moment) {
        guard let pending = discovery.storing.removeValue(forKey: id) else { return }
        if let failure { return cannotStore(pending, failure, at: now) }
        purgeGuard.recordDeletions(pending.batch.suspectDeletions, at: now.monotonic)
        remove(pending.batch.deletions, at: now)
        for listed in pending.batch.listed { take(listed, readSince: pending.begunAt, at: now) }
        guard let runs = pending.runs else {
            happened(.repositoryListed(now.monotonic - pending.begunAt))
            for listed in pending.batch.listed { enqueue(listed.repository.id, .notify, at: now) }
            return
        }
        discoveryEnded(.success, for: runs, at: now)
        listKnown(pending.batch.listed, at: now)
        for run in runs { plan(run, over: pending.batch, at: now) }
    }

    private mutating func cannotStore(_ pending: Discovery.Pending, _ failure: Failure, at now: Moment) {
        if let runs = pending.runs { return discoveryFailed(failure, runs, at: now) }
        log(.warning, "a repository could not be stored", ("reason", .text(failure.reason.rawValue)), ("error", .text(failure.message)))
    }

    /// The list is known and stored.
    private mutating func listKnown(_ listed: [ListedRepository], at now: Moment) {
        if contact.last != nil { verifyingStored = nil }
        guard state == .bootstrapped else { return }
        transition(to: .metadataSynchronized, because: "\(catalogue.counts.total) repositories listed", at: now)
        beginFirstList(Set(catalogue.ids))
        // What the listing could not see is in no pass. Its own failures set it aside, or it would hold the node for good.
        for id in (firstListLeft ?? []).subtracting(listed.map(\.repository.id)).sorted() { enqueue(id, .retry, at: now) }
    }

    /// - Parameter begun: when the listing was begun. What it tells held at some moment since.
    private mutating func take(_ listed: ListedRepository, readSince begun: MonotonicTime, at now: Moment) {
        let id = listed.repository.id
        defer { noteLag(of: id) }
        if catalogue[id] == nil {
            var entry = RepositoryEntry(repository: listed.repository, metadata: listed.metadata)
            entry.behindSince = now.monotonic
            entry.lastChange = now.monotonic
            entry.knownSince = now.monotonic
            catalogue.insert(entry)
        }
        guard let entry = catalogue[id] else { return }
        let isNews = listed.content.map { $0 != .unknown && $0 != entry.content } ?? false
        catalogue.update(id) { entry in
            // A URL does not tell its default branch in a listing; what the last synchronisation saw stands.
            guard let content = listed.content else { return }
            entry.repository = listed.repository
            entry.metadata = listed.metadata
            entry.upstreamContent = content
            entry.listedAt = now.monotonic
            if isNews { entry.behindSince = entry.behindSince ?? now.monotonic }
            if content == entry.content, entry.hasCopy {
                entry.behindSince = nil
                if content != .unknown { entry.confirmedAt = max(entry.confirmedAt ?? begun, begun) }
            }
        }
    }

    /// The store is to know what a restart has to know: since when our copy is behind, and that it no longer is.
    mutating func noteLag(of id: RepositoryID) {
        guard let entry = catalogue[id], entry.isNotedBehind != (entry.status == .behind) else { return }
        // One in quarantine is as far behind as it was.
        guard !entry.isNotedBehind || entry.behindSince == nil else { return }
        effects.append(entry.isNotedBehind ? .noteCaughtUp(id) : .noteBehind(id))
        catalogue.update(id) { $0.isNotedBehind.toggle() }
    }

    private mutating func remove(_ repositories: [Repository], at now: Moment) {
        guard !repositories.isEmpty else { return }
        var free: [RepositoryName] = []
        for repository in repositories {
            log(.info, "repository left the upstream", ("repository", .text(repository.name.description)))
            catalogue.remove(repository.id)
            settleRuns(of: queue.remove(repository.id), repository.id, .skipped, at: now)
            vet?.forget(repository.id)
            firstListLeft?.remove(repository.id)
            if let job = queue.removeWhenDone(repository.id) {
                effects.append(.cancel(job))
            } else if maintenance.current == repository.id {
                maintenance.trashAfterwards = repository.name
            } else {
                free.append(repository.name)
            }
        }
        trash(free)
    }

    // MARK: One name

    mutating func find(_ name: RepositoryName, at now: Moment) {
        guard isJoined, discovery.finding[name] == nil else { return }
        guard discovery.finding.count < Discovery.findingLimit else {
            discovery.nextPass = now.monotonic
            return
        }
        discovery.finding[name] = now.monotonic
        effects.append(.find(name))
    }

    mutating func found(_ name: RepositoryName, _ result: Result<ListedRepository?, Failure>, at now: Moment) {
        let begun = discovery.finding.removeValue(forKey: name) ?? now.monotonic
        switch result {
        case .success(let listed?):
            if listed.isHeardOfUpstream { contact.heard(at: now) }
            let (accepted, twins) = IdentityCheck.sift([listed], against: catalogue)
            for twin in twins where !rejected.contains(twin) {
                warn(of: twin)
                rejected.append(twin)
            }
            if !accepted.isEmpty { store(accepted, deletions: [], for: nil, since: begun) }
        case .success(nil):
            // Whoever may notify can make this node write it, as fast as they like.
            guard let leftOut = unknownNames.take(at: now.monotonic) else { break }
            log(
                .warning, "notified of a repository that the upstream does not have", ("repository", .text(name.description)),
                ("left_out", .count(leftOut)))
        case .failure(let failure):
            log(.warning, "looking up a repository failed", ("repository", .text(name.description)), ("reason", .text(failure.reason.rawValue)))
        }
    }
}
