import HelioAPI
import HelioGit
import HelioNode
import HelioStore

/// Feeds events to the node's machine, has its effects done, and publishes what readers see.
actor NodeDriver {
    /// How long a publication may wait for the next: what readers see is at most this old, and a storm of events costs little.
    private static let publishingInterval = Duration.milliseconds(50)

    /// For cancelled jobs to end their git: TERM, five seconds, KILL.
    private static let cancellationLimit = Duration.seconds(8)

    private var machine: NodeMachine
    private let board: NodeBoard
    let log: NodeLog
    let metrics: NodeMetrics
    private(set) var hands: Hands?
    private(set) var farm: FarmDriver?
    /// The vet under way.
    var vet: Operation?
    var jobs: [JobID: Task<Void, Never>] = [:]
    /// Whatever else takes a while: listings, readings, maintenance.
    private var chores: [UInt64: Task<Void, Never>] = [:]
    private var lastChore: UInt64 = 0
    private var wakeTask: Task<Void, Never>?
    private var wakeDue: MonotonicTime?
    private var isPublishing = false
    private var published: StatusVerdict?
    let supervisor: Supervisor
    /// One for each transition to ERROR.
    nonisolated let errors: AsyncStream<Void>
    let fail: AsyncStream<Void>.Continuation

    init(_ machine: NodeMachine, board: NodeBoard, log: NodeLog, metrics: NodeMetrics, supervisor: Supervisor) {
        self.supervisor = supervisor
        self.machine = machine
        self.board = board
        self.log = log
        self.metrics = metrics
        (errors, fail) = AsyncStream.makeStream()
    }

    /// The storage is open: from now on effects can be done.
    func attach(_ hands: Hands) async {
        self.hands = hands
        var draining: String?
        do throws(StoreError) {
            draining = try await hands.adapters.store.drainReason
        } catch {
            log.error("whether the node is to stay drained cannot be read", ["error": "\(error)"])
        }
        feed(.storageOpened(draining: draining))
    }

    /// The node belongs to a farm from here on.
    func attach(_ farm: FarmDriver) { self.farm = farm }

    func feed(_ event: NodeEvent) {
        let now = SystemClock.now()
        for effect in machine.handle(event, at: now) { perform(effect) }
        publish()
        scheduleWake(now)
    }

    /// A verdict that changed is published at once, the rest a moment later together.
    private func publish() {
        if machine.verdict != published {
            published = machine.verdict
            return show()
        }
        guard !isPublishing else { return }
        isPublishing = true
        Task {
            try? await Task.sleep(for: Self.publishingInterval)  // never cancelled
            isPublishing = false
            show()
        }
    }

    private func show() {
        board.publish(machine.snapshot())
        farm?.hear(.standing)
    }

    private func scheduleWake(_ now: Moment) {
        let due = machine.nextWake(after: now)
        guard due != wakeDue else { return }
        wakeTask?.cancel()
        wakeDue = due
        guard let due else { return }
        let delay = max(due - now.monotonic, .milliseconds(1))
        wakeTask = Task {
            guard await sleepUndisturbed(for: delay) else { return }  // another wake has taken its place
            wakeDue = nil
            feed(.wake)
        }
    }

    /// Work that ends by itself, or with the node.
    func begin(_ chore: @escaping @Sendable () async -> NodeEvent?) {
        lastChore += 1
        let id = lastChore
        chores[id] = Task {
            let event = await chore()
            chores[id] = nil
            if let event { feed(event) }
        }
    }

    func repository(_ id: RepositoryID) -> Repository? { machine.catalogue[id]?.repository }

    /// What our copy holds; nil without one.
    func content(of id: RepositoryID) -> MirrorHash? { machine.catalogue[id].flatMap { $0.hasCopy ? $0.content : nil } }

    /// A hook told this node of a push; the others may as well look at once.
    func notified(_ name: RepositoryName) async {
        feed(.notified(name))
        await farm?.feed(.notifiedHere(name))
    }

    /// Now, and not as published a moment ago.
    func standing(of id: RepositoryID) -> CopyStanding? {
        machine.catalogue[id].map { CopyStanding(entry: $0, isBusy: machine.isBusy(with: id)) }
    }

    /// Why the node is to be drained when it is started again, as it was last ordered.
    var keptDrain: String? { machine.keptDrain }

    // MARK: Stopping

    var hasFailed: Bool { machine.state == .error }

    /// Waits for what runs; what has not ended by then is cancelled, and its git stopped.
    func drainJobs(within limit: Duration) async {
        let deadline = SystemClock.monotonic() + limit
        while !jobs.isEmpty, !Task.isCancelled, SystemClock.monotonic() < deadline {
            try? await Task.sleep(for: .milliseconds(20))  // cancelled: the loop ends
        }
        for work in Array(jobs.values) + Array(chores.values) { work.cancel() }
        // A task of its own, which is not cancelled with this one: its sleeps last.
        await Task { await waitForJobs(within: Self.cancellationLimit) }.value
    }

    /// A job that does not react, because its disk hangs, is left behind: what it leaves half done is what a crash may leave too.
    private func waitForJobs(within limit: Duration) async {
        let deadline = SystemClock.monotonic() + limit
        while !jobs.isEmpty || !chores.isEmpty, SystemClock.monotonic() < deadline {
            try? await Task.sleep(for: .milliseconds(20))  // never cancelled
        }
        if !jobs.isEmpty { log.error("synchronisations do not end and are left behind", ["count": .count(jobs.count)]) }
    }

    /// Closes the open runs and waits until the store has them, if it takes them at all, and has written its log into the database.
    func halt() async {
        feed(.halted)
        wakeTask?.cancel()
        if let hands {
            hands.operations.endAll()
            await BoundedWait.atStop(for: "the store to take what is left to write", log, left: { hands.lane.backlog.count }) {
                await hands.operations.flush()
                // Where somebody reads, or the disk fails, the log stays as a crash would leave it.
                try? await hands.adapters.store.beginLogAnew()
            }
        }
        board.publish(machine.snapshot())
    }
}

extension NodeDriver {
    /// A list of URLs that changed while the node runs; the next discovery sees it.
    /// No disk is touched: one that hangs would hold all of the node here.
    /// - Returns: its fingerprint; nil while the node has none yet.
    func replaceUpstream(_ configuration: NodeConfiguration) throws(Failure) -> String? {
        guard let hands else { return nil }
        let upstream = try configuration.makeUpstream(Git(configuration.git, onFilesOf: hands.adapters.git))
        hands.adapters.upstream.replace(with: upstream)
        return upstream.fingerprint
    }
}
