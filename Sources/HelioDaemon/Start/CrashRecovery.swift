import HelioGit
import HelioNode
import HelioStore

/// What a crash left is finished or rolled back before the node does anything else.
enum CrashRecovery {
    /// - Returns: what the store knows. Nothing is outstanding any more but what the copy's disk does not let us settle; that is left to
    ///   the next synchronisation of its repository.
    static func run(_ hands: Hands, metrics: SyncMetrics, log: NodeLog) async throws -> StoredNode {
        let adapters = hands.adapters
        for left in try await adapters.copies.sweep() {
            log.error("leftovers of a former life cannot be removed", ["path": .text(left.path), "error": .text(left.failure.message)])
        }
        let now = SystemClock.wall()
        try await settleChanges(hands, log)
        let runs = try await formerRuns(adapters.store, at: now, metrics, log)
        let day = WallTime(millisecondsSince1970: now.millisecondsSince1970 - 24 * 3_600_000)
        let deletions = try await adapters.store.deletions(since: day)
        let catalogue = try await adapters.store.loadCatalogue()
        try await trashStrays(beside: catalogue, adapters, log)
        try await announce(catalogue, hands.webhooks, log)
        return StoredNode(
            entries: catalogue.map { RepositoryEntry($0) },
            wasSynchronized: try await adapters.store.wasSynchronized,
            deletions: deletions.map { (age: now.age(of: $0.at), count: $0.count) },
            runs: runs)
    }

    private static func announce(_ catalogue: [StoredRepository], _ webhooks: Webhooks, _ log: NodeLog) async throws {
        let known = Dictionary(catalogue.map { ($0.repository.id, $0.repository) }, uniquingKeysWith: { first, _ in first })
        let count = try await webhooks.announceUnannounced(known)
        if count > 0 { log.warning("repositories hold something that was never announced", ["count": .count(count)]) }
    }

    /// Closes those that a crash left open. One that somebody asks for while the node recovers is of this life, and left alone.
    /// - Returns: the last runs of earlier lives, oldest first, all of them closed.
    static func formerRuns(_ store: Store, at now: WallTime, _ metrics: SyncMetrics, _ log: NodeLog) async throws -> [Run] {
        for orphan in try await store.closeOrphanedRuns(at: now) {
            let duration = Duration.seconds(orphan.run.seconds ?? 0)
            metrics.runOrphaned(isFull: orphan.run.scope == RunScope.all.description, after: duration, lost: orphan.lostRepositories)
            log.info(
                "run closed",
                [
                    "run": .text(orphan.run.id), "status": "cancel", "reason": "orphaned",
                    "cancel": .count(orphan.run.counts.cancelled), "seconds": .duration(duration),
                ])
        }
        if let last = try await store.lastSuccess() { metrics.succeeded(at: last) }
        return try await store.formerRuns(limit: Run.closedKept).reversed().compactMap { Run($0) }
    }

    /// An empty catalogue makes no strays: a store that was begun anew finds its copies again by mirroring.
    private static func trashStrays(beside catalogue: [StoredRepository], _ adapters: Adapters, _ log: NodeLog) async throws {
        guard !catalogue.isEmpty else { return }
        for name in try await adapters.copies.strays(beside: Set(catalogue.map(\.repository.name))) {
            log.warning("copy of a repository that left the upstream goes to the trash", ["repository": .text(name.description)])
            do throws(Failure) { try await adapters.copies.trash(name, at: SystemClock.wall()) } catch {
                log.error("a copy cannot be moved to the trash", ["repository": .text(name.description), "error": .text(error.message)])
            }
        }
    }

    private static func settleChanges(_ hands: Hands, _ log: NodeLog) async throws {
        let outstanding = try await hands.adapters.store.outstandingChanges()
        guard !outstanding.isEmpty else { return }
        let catalogue = try await hands.adapters.store.loadCatalogue()
        let known = Dictionary(catalogue.map { ($0.repository.id, $0.repository) }, uniquingKeysWith: { first, _ in first })
        for item in outstanding { try await settle(item, of: known[item.repository], hands, log) }
    }

    private static func settle(_ outstanding: OutstandingChange, of repository: Repository?, _ hands: Hands, _ log: NodeLog) async throws {
        let adapters = hands.adapters
        guard let change = outstanding.change else {
            log.error("stored change cannot be read", ["change": .count(Int(outstanding.id.value))])
            try await adapters.store.abandon(outstanding.id)
            return try await adapters.store.record(.lost, of: outstanding.repository, at: SystemClock.wall())
        }
        do {
            let outcome = try await settle(change, of: repository, as: outstanding.id, adapters).outcome
            log.info("interrupted change settled", ["repository": .text(change.name.description), "outcome": "\(outcome)"])
        } catch let failure as Failure where failure.reason != .cancelled {
            log.error("interrupted change cannot be settled yet", ["repository": .text(change.name.description), "error": "\(failure)"])
            hands.worker.leave(change, as: outstanding.id)
        }
    }

    /// Finishes the change where its objects are here, else rolls it back; either way it is no longer outstanding. What was announced
    /// since it was stored, before the crash or after it, the store has noted with the change.
    /// - Returns: also what the farm is to be told of it.
    static func settle(
        _ change: PreparedChange, of repository: Repository?, as id: ChangeID, _ adapters: Adapters
    ) async throws -> (outcome: Recovery, held: HeldID?) {
        let outcome = try await adapters.copies.recover(change)
        var held: HeldID?
        switch outcome {
        case .finished:
            let result = repository.map { SyncResult($0, kind: change.kind, changed: true, change.new) }
            held = try await adapters.store.complete(
                id, content: ContentHash.of(change.new), head: change.new.head, refs: change.new.refs.count, metadata: result?.metadata,
                at: SystemClock.wall())
        case .rolledBack:
            try await adapters.store.abandon(id)
        }
        return (outcome, held)
    }
}

extension RepositoryEntry {
    init(_ stored: StoredRepository) {
        self.init(repository: stored.repository, metadata: stored.metadata)
        content = stored.hasCopy ? stored.content : .unknown
        head = stored.head
        hasCopy = stored.hasCopy
        initialSync = stored.initialSync
        lastSync = stored.lastSync
        if let lastSync, hasCopy { confirmedAt = SystemClock.monotonic() - SystemClock.wall().age(of: lastSync) }
        failedSyncCount = stored.failedSyncCount
        lastFailure = stored.lastFailure
        if let since = stored.upstreamChangedAt {
            behindSince = SystemClock.monotonic() - SystemClock.wall().age(of: since)
        }
        if stored.quarantined {
            quarantinedSince = SystemClock.monotonic()
            ownFailures = stored.failedSyncCount
        }
    }
}

extension Run {
    /// - Returns: nil for one that is open, or of a kind that is not known (any more).
    init?(_ stored: StoredRun) {
        guard let id = RunID(stored.id), let trigger = RunTrigger(rawValue: stored.trigger), let scope = RunScope(stored.scope),
            let status = stored.status.flatMap({ RunStatus(rawValue: $0.rawValue) }), let closedAt = stored.closedAt
        else { return nil }
        let counts = stored.counts
        self.init(
            id: id, trigger: trigger, scope: scope, claimedAt: Moment(earlier: stored.openedAt), planned: stored.planned,
            outcomes: [.success: counts.succeeded, .fail: counts.failed, .cancel: counts.cancelled, .skipped: counts.skipped],
            end: End(status: status, reason: stored.reason, at: Moment(earlier: closedAt), duration: .seconds(stored.seconds ?? 0)))
    }
}

extension Moment {
    /// A time of an earlier life, as far as the clock on the wall can be trusted.
    fileprivate init(earlier wall: WallTime) {
        self.init(monotonic: SystemClock.monotonic() - SystemClock.wall().age(of: wall), wall: wall)
    }
}

extension WallTime {
    /// Zero for a time that a clock set back since puts into the future.
    func age(of earlier: WallTime) -> Duration {
        .milliseconds(max(millisecondsSince1970.subtractingSaturating(earlier.millisecondsSince1970), 0))
    }
}
