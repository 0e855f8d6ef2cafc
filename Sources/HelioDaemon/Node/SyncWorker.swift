import HelioGit
import HelioLock
import HelioNode
import HelioStore

/// Synchronises one repository: the transaction of learning, fetching, storing, moving refs and marking done, in that order.
///
/// A change is stored before the first ref moves and marked done after the last, so whatever a crash interrupts is found and
/// finished at the next start. A change that moved its refs and could not be marked done (a full disk) is marked by the next
/// synchronisation of its repository.
struct SyncWorker: Sendable {
    let adapters: Adapters
    let timers: NodeTimers
    let webhooks: Webhooks
    let lane: StoreLane
    /// As many as take longer than who looks into the database with a program of their own.
    private static let attemptsOfReports = 4
    private let unfinished = Locked<[RepositoryID: Unfinished]>([:])

    private struct Unfinished {
        let id: ChangeID
        let change: PreparedChange
    }

    init(adapters: Adapters, timers: NodeTimers, webhooks: Webhooks, lane: StoreLane) {
        self.adapters = adapters
        self.timers = timers
        self.webhooks = webhooks
        self.lane = lane
    }

    /// - Returns: also, as a member of a farm, what that is to be told of, and whether the upstream is to be looked at once more: something
    ///   was announced while the job ran, and may be newer than what it brought.
    func run(_ job: SyncJob) async -> (Result<SyncResult, Failure>, held: [HeldChange], isOvertaken: Bool) {
        var held: [HeldChange] = []
        do {
            try await finishEarlier(job.repository, &held)
            let result = try await synchronize(job, &held)
            return (.success(result), held, await isOvertaken(job, result))
        } catch let failure as Failure {
            return (.failure(failure), held, false)
        } catch let error as StoreError {
            return (.failure(Failure(error)), held, false)
        } catch {
            return (.failure(Failure(.internal, "\(error)")), held, false)
        }
    }

    /// Where the job changed nothing, whoever took the announcement has asked for a look already; before a first copy nobody could.
    private func isOvertaken(_ job: SyncJob, _ result: SyncResult) async -> Bool {
        guard !webhooks.isAlone, result.changed || !job.hasCopy else { return false }
        // Where the store cannot be asked: one look more does no harm.
        return (try? await adapters.store.baseline(of: job.repository.id).isBehind) ?? true
    }

    private func synchronize(_ job: SyncJob, _ held: inout [HeldChange]) async throws -> SyncResult {
        let baseline = webhooks.isAlone ? nil : try await adapters.store.baseline(of: job.repository.id)
        switch try await fetch(job) {
        case .unchanged(let snapshot):
            let content = ContentHash.of(snapshot)
            if let baseline, baseline.isBehind, let told = try await adapters.store.confirm(baseline, of: job.repository.id) {
                held.append(HeldChange(told, job.repository, content))
            } else if webhooks.isAlone || !job.hasCopy,
                let told = try await webhooks.found(job.repository, holding: content, isFirst: !job.hasCopy, since: baseline)
            {
                held.append(HeldChange(told, job.repository, content))
            }
            return SyncResult(job.repository, kind: .incremental, changed: false, snapshot)
        case .change(let change, let staged):
            let (id, event) = try await store(change, of: job.repository, staged, since: baseline)
            let start = SystemClock.monotonic()
            let isComplete: Bool
            do {
                isComplete = try await move(change, of: job.repository, staged, as: id, &held)
                timers.ended(.updateRef, in: SystemClock.monotonic() - start, failed: false)
            } catch {
                timers.ended(.updateRef, in: SystemClock.monotonic() - start, failed: true)
                throw error
            }
            let result = SyncResult(job.repository, kind: change.kind, changed: true, change.new)
            if !isComplete, let told = try await complete(id, change, result) { held.append(HeldChange(told, job.repository, result.content)) }
            webhooks.released(event)
            return result
        }
    }

    /// - Returns: also the event that is stored with it, in a node by itself.
    private func store(
        _ change: PreparedChange, of repository: Repository, _ staged: StagedCopy?, since baseline: Store.Baseline?
    ) async throws -> (ChangeID, OutboxEvent?) {
        do {
            try await expectNoReports()
            let isAlone = webhooks.isAlone
            let event = isAlone ? try await webhooks.event(for: change, of: repository) : nil
            let draft = isAlone ? nil : webhooks.draft(for: change, of: repository)
            let id = try await adapters.store.prepare(change, event: event, held: draft, since: baseline, at: SystemClock.wall())
            return (id, event)
        } catch {
            // On a full disk it may be most of what is there, and nothing else would remove it before the next start.
            if let staged { await adapters.copies.discard(staged) }
            throw error
        }
    }

    /// An earlier report on the repository must not be written after what is stored here.
    private func expectNoReports() async throws(Failure) {
        guard await lane.settle(attempts: Self.attemptsOfReports) else { throw Failure(.disk, "store: earlier reports wait for it") }
    }

    private func fetch(_ job: SyncJob) async throws -> Preparation {
        let start = SystemClock.monotonic()
        let preparation = try await timers.time(.fetch) {
            try await adapters.copies.prepare(
                job.repository, upstream: adapters.upstream.current, lastKnownHead: job.lastKnownHead, rebuild: job.request.rebuild)
        }
        if case .change(let change, _) = preparation { timers.fetched(change.kind, in: SystemClock.monotonic() - start) }
        return preparation
    }

    /// A failure may leave refs moved or not; recovery looks, and finishes what it can.
    /// - Returns: whether recovery has marked the change done.
    private func move(
        _ change: PreparedChange, of repository: Repository, _ staged: StagedCopy?, as id: ChangeID, _ held: inout [HeldChange]
    ) async throws -> Bool {
        do {
            try await adapters.copies.apply(change, staged: staged)
            return false
        } catch {
            if let staged { await adapters.copies.discard(staged) }
            leave(change, as: id)
            guard try await finishEarlier(repository, &held) == .finished else { throw error }
            return true
        }
    }

    private func complete(_ id: ChangeID, _ change: PreparedChange, _ result: SyncResult) async throws -> HeldID? {
        do {
            return try await adapters.store.complete(
                id, content: result.content, head: result.head, refs: result.refs, metadata: result.metadata, at: SystemClock.wall())
        } catch {
            leave(change, as: id)
            throw error
        }
    }

    /// To be settled before anything else is done with its repository.
    func leave(_ change: PreparedChange, as id: ChangeID) {
        unfinished.withLock { $0[change.repository] = Unfinished(id: id, change: change) }
    }

    /// Marks what an earlier attempt could not.
    /// - Returns: what became of that; nil when there was nothing, or nobody wants it any more.
    @discardableResult
    private func finishEarlier(_ described: Repository, _ held: inout [HeldChange]) async throws -> Recovery? {
        let repository = described.id
        guard let earlier = unfinished.withLock({ $0[repository] }) else { return nil }
        try await expectNoReports()
        var outcome: Recovery?
        do {
            let settled = try await CrashRecovery.settle(earlier.change, of: described, as: earlier.id, adapters)
            outcome = settled.outcome
            if let told = settled.held { held.append(HeldChange(told, described, ContentHash.of(earlier.change.new))) }
        } catch StoreError.unknownChange {
            // The repository left the upstream meanwhile, and its outstanding changes went with it.
        }
        webhooks.released(repository)
        unfinished.withLock { $0[repository] = nil }
        return outcome
    }
}

extension HeldChange {
    fileprivate init(_ id: HeldID, _ repository: Repository, _ content: MirrorHash) {
        self.init(id: id, repository: repository.id, name: repository.name, content: content)
    }
}

extension SyncResult {
    init(_ repository: Repository, kind: SyncKind, changed: Bool, _ snapshot: RefSnapshot) {
        var described = repository
        described.defaultBranch = snapshot.defaultBranch
        self.init(
            kind: kind, changed: changed, content: ContentHash.of(snapshot), head: snapshot.head,
            metadata: MetadataHash.of(described), defaultBranch: snapshot.defaultBranch, refs: snapshot.refs.count)
    }
}

extension Failure {
    /// What a failed write to our own storage means for a synchronisation: the node's trouble, never the repository's.
    init(_ error: StoreError) {
        switch error {
        case .diskFull, .readOnly, .inputOutput: self.init(.disk, "store: \(error)")
        default: self.init(.internal, "store: \(error)")
        }
    }
}
