/// What readers see of a node: an immutable value, published after every change. No endpoint asks the node itself.
public struct NodeSnapshot: Sendable {
    public var state: NodeState
    public var stateSince: Moment
    public var draining: String?
    /// Draining is to outlive a restart, as was ordered. Whether the store has it already is answered to who ordered it.
    public var drainIsKept: Bool
    public var settings: NodeSettings
    public var farm: FarmView
    public var verdict: StatusVerdict
    public var catalogue: Catalogue
    public var isDiscovering: Bool
    public var rejected: [RejectedRepository]
    public var purgeGuard: String?
    public var isStoreWritable: Bool
    public var diskLevel: DiskWatermarks.Level
    public var startedAt: Moment
    public var lastContact: Moment?
    /// Of the first list: how many are through, and how many there are; nil once the node is SYNCHRONIZED.
    public var firstList: (done: Int, total: Int)?
    public var queue: QueueView
    public var runs: [Run]
    /// Asked for or under way.
    public var openVets: [RunID]
    /// One more may be asked for; false while too many wait.
    public var takesVets: Bool
    /// The last ones, oldest first.
    public var vets: [VetReport]
    public var hysteresis: LagHysteresis
    /// Copies that wait for maintenance, and since when the first of them does.
    public var maintenance: (count: Int, oldest: MonotonicTime?)

    public struct QueueView: Sendable {
        /// Entries shown at most; the counts are of all.
        public static let shown = 1000
        public var waiting: [SyncRequest] = []
        public var waitingCount = 0
        public var running: [SyncJob] = []
        /// Since when the one that waits for longest could have begun; later than now when all are held back.
        public var oldestDue: MonotonicTime?
    }

    /// Age of the oldest change known upstream and not yet here; zero when there is none.
    public func lag(at now: MonotonicTime) -> Duration { Self.age(catalogue.oldestBehind, at: now) }

    public static func age(_ since: MonotonicTime?, at now: MonotonicTime) -> Duration {
        since.map { max(now - $0, .zero) } ?? .zero
    }

    /// What the others are told of this node.
    public func standing(at now: MonotonicTime) -> Standing {
        let readiness = readiness(at: now)
        var standing = Standing()
        standing.state = state
        standing.isDraining = draining != nil
        standing.isStrict = settings.strict
        standing.status = verdict.code
        standing.isReady = readiness.isReady
        standing.wantsToWithdraw = readiness.wantsToWithdraw
        standing.lag = lag(at: now)
        standing.catalogue = catalogue.contentSum
        standing.canStore = isStoreWritable
        return standing
    }

    /// - Parameter maxLag: a stricter question for one request, without hysteresis and floor.
    public func readiness(at now: MonotonicTime, maxLag: Duration? = nil) -> Readiness {
        let input = ReadinessInput(
            state: state, draining: draining, lag: lag(at: now), silence: now - (lastContact ?? startedAt).monotonic,
            isStoreWritable: isStoreWritable, purgeGuard: purgeGuard, farm: farm)
        let rule: LagRule = hysteresis.isLagging ? .recovering(settings.lag) : .limit(settings.lag.leave)
        return Readiness(
            input, lag: maxLag.map { .limit(min($0, settings.lag.leave)) } ?? rule, maxSilence: settings.maxSilence, floor: maxLag == nil)
    }
}

extension NodeMachine {
    public var verdict: StatusVerdict {
        StatusVerdict(
            state: state, draining: draining != nil, strict: settings.strict, farm: farm, drainCode: settings.drainCode,
            awaitsFarm: awaitsFarm)
    }

    public func snapshot() -> NodeSnapshot {
        return NodeSnapshot(
            state: state, stateSince: stateSince, draining: draining, drainIsKept: drainIsKept, settings: settings, farm: farm,
            verdict: verdict, catalogue: catalogue, isDiscovering: discovery.isRunning || !discovery.storing.isEmpty, rejected: rejected,
            purgeGuard: purgeAlarm, isStoreWritable: isStoreWritable, diskLevel: diskLevel, startedAt: startedAt,
            lastContact: contact.last,
            firstList: state == .synchronized ? nil : firstListLeft.map { (firstListSize - $0.count, firstListSize) },
            queue: queueView(), runs: runs.closed + runs.open.values.sorted { $0.claimedAt.monotonic < $1.claimedAt.monotonic },
            openVets: (vet?.ids ?? []) + vetRequests, takesVets: takesVets, vets: vetReports, hysteresis: hysteresis,
            maintenance: (maintenance.count, maintenance.oldest))
    }

    func lag(at now: MonotonicTime) -> Duration { NodeSnapshot.age(catalogue.oldestBehind, at: now) }

    private func queueView() -> NodeSnapshot.QueueView {
        var view = NodeSnapshot.QueueView()
        view.waitingCount = queue.waiting.count
        view.waiting = queue.oldest(NodeSnapshot.QueueView.shown)
            .sorted { ($0.createdAt.monotonic, $0.repository) < ($1.createdAt.monotonic, $1.repository) }
        view.oldestDue = queue.oldestDue
        view.running = queue.running.values.sorted { $0.id.value < $1.id.value }
        return view
    }
}
