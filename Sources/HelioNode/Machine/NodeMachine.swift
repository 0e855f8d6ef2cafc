/// The node's decisions: events in, effects out, no I/O and no clock.
///
/// What belongs together stands together: `+Start` the way to SYNCHRONIZED, `+Discovery` the list of repositories, `+Sync` the
/// queue and its outcomes, `+Vet`, `+Runs`, `+Requests` what operators ask for; `NodeSnapshot` is what readers see.
public struct NodeMachine: Sendable {
    public internal(set) var settings: NodeSettings
    public internal(set) var state = NodeState.starting
    public internal(set) var stateSince: Moment
    public internal(set) var catalogue = Catalogue()

    let startedAt: Moment
    var random: SeededGenerator
    var effects: [NodeEffect] = []

    var queue = SyncQueue()
    var runs = RunLedger()
    var vet: Vet?
    /// Copies whose hash is not known, or not to be trusted.
    var hashing = ReadingLine()
    /// Vets asked for and not begun; one vet answers them all.
    var vetRequests: [RunID] = []
    var refusedVets = LogAllowance()
    var nextVet: MonotonicTime?
    /// The last vets, oldest first.
    var vetReports: [VetReport] = []

    var discovery = Discovery()
    var contact = ContactLedger()
    var unknownNames = LogAllowance()
    var purgeGuard = PurgeGuard()
    var purgeAlarm: String?
    var rejected: [RejectedRepository] = []
    var maintenance = MaintenanceLine()
    /// Copies on their way to the trash, and how often: a repository of that name that is back waits until they are there.
    var trashing: [RepositoryName: Int] = [:]

    /// Repositories of the first list that are neither synchronised nor quarantined; nil before there is a list.
    var firstListLeft: Set<RepositoryID>?
    var firstListSize = 0
    /// One that was through was quarantined since: no vet from before counts.
    var owesGateVet = false
    var wasSynchronized = false
    /// When what a crash left had been finished; nil before.
    var recoveredAt: MonotonicTime?
    /// The stored list was taken for want of an upstream, and its copies are being verified.
    var verifyingStored: Set<RepositoryID>?
    /// SYNCHRONIZED was reached without the upstream: it is vetted as soon as it answers.
    var owesVet = false

    var farm: FarmView
    /// Deletions are held back for want of a view of the farm; told once.
    var holdsDeletions = false
    var draining: String?
    var drainIsKept = false
    /// Why the node is to be drained when it is started again.
    public var keptDrain: String? { drainIsKept ? draining : nil }
    /// Somebody has drained or undrained this start of the node: that counts, and not what was kept before.
    var drainWasSet = false
    /// Before that, and when it never was, nothing can be kept.
    var isStorageOpen = false
    var hysteresis = LagHysteresis()
    var diskLevel = DiskWatermarks.Level.enough
    var isStoreWritable = true

    /// - Parameter seed: of all jitter and of the run ids that the node makes itself.
    public init(settings: NodeSettings, seed: UInt64, now: Moment) {
        self.settings = settings
        random = SeededGenerator(seed: seed)
        farm = settings.farmJoinWait == nil ? .alone : .unread
        stateSince = now
        startedAt = now
    }

    /// Takes one event and says what is to be done about it, in order.
    public mutating func handle(_ event: NodeEvent, at now: Moment) -> [NodeEffect] {
        apply(event, at: now)
        advance(at: now)
        defer { effects = [] }
        return effects
    }

    private mutating func apply(_ event: NodeEvent, at now: Moment) {
        switch event {
        case .storageOpened(let draining): storageOpened(draining: draining, at: now)
        case .recovered(let stored): recovered(stored, at: now)
        case .startFailed(let why): startFailed(why, at: now)
        case .discovered(let result): discovered(result, at: now)
        case .found(let name, let result): found(name, result, at: now)
        case .metadataStored(let batch, let failure): metadataStored(batch, failure, at: now)
        case .synchronized(let job, let id, let result): synchronized(job, id, result, at: now)
        case .hashed(let hashes): hashed(hashes, at: now)
        case .compared(let id, let comparisons): compared(id, comparisons, at: now)
        case .maintained(let id): maintained(id, at: now)
        case .trashed(let names): trashed(names, at: now)
        case .syncRequested(let id, let scope, let accept): syncRequested(id, scope, acceptDeletions: accept, at: now)
        case .vetRequested(let id): vetRequested(id, at: now)
        case .notified(let name): notified(name, at: now)
        case .drain(let reason, let isKept): drain(reason, isKept: isKept)
        case .undrain: undrain()
        case .reconfigured(let settings): reconfigured(settings, at: now)
        case .farm(let view): farm = view
        case .joinRefused(let why): joinRefused(why, at: now)
        case .passWanted: if discovery.nextPass != nil { discovery.nextPass = now.monotonic }
        case .disk(let free, let total): diskMeasured(free: free, total: total)
        case .storeWritable(let isWritable): storeMeasured(isWritable)
        case .wake: break
        case .terminate: terminate(at: now)
        case .halted: closeAllRuns(at: now)
        }
    }

    /// Whatever can go on, goes on: the same after every event, so no event has to know what it unblocked.
    private mutating func advance(at now: Moment) {
        hysteresis.observe(lag: lag(at: now.monotonic), limits: settings.lag, at: now.monotonic)
        guard isWorking else { return }
        joinFarm(at: now)
        queue.ripen(now: now.monotonic)
        startDueDiscovery(at: now)
        fallBackToStoredList(at: now)
        hashCopies(at: now)
        startMaintenance()
        startDueVet(at: now)
        advanceVet(at: now)
        startJobs(at: now)
        reachSynchronizedOnStored(at: now)
        reachSynchronized(at: now)
    }

    /// When `wake` is due at the latest; nil when only an event from outside can change anything.
    public func nextWake(after now: Moment) -> MonotonicTime? {
        guard isWorking else { return nil }
        var times = [discovery.nextAttempt(isJoined: isJoined), farmWaitEnds, storedListDue, queue.nextDue, dueVet].compactMap { $0 }
        if catalogue.oldestBehind != nil || hysteresis.isLagging { times.append(now.monotonic + .seconds(1)) }
        return times.min()
    }

    var isWorking: Bool { state != .stopping && state != .error }

    /// The node belongs to its farm and may talk to the upstream.
    var isJoined: Bool { state == .bootstrapped || state == .metadataSynchronized || state == .synchronized }

    mutating func transition(to next: NodeState, because reason: String, at now: Moment) {
        guard state != next, state != .stopping, state != .error else { return }
        effects.append(
            .transitioned(
                Transition(from: state, to: next, reason: reason, duration: now.monotonic - stateSince.monotonic)))
        state = next
        stateSince = now
    }

    mutating func happened(_ fact: NodeFact) { effects.append(.happened(fact)) }

    mutating func log(_ level: LogLine.Level, _ message: String, _ fields: (key: String, value: LogValue)...) {
        effects.append(.log(LogLine(level, message, fields)))
    }
}
