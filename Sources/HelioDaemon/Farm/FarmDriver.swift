import HelioAPI
import HelioFarm
import HelioNode
import HelioStore

/// Feeds events to the node's `FarmMachine`, and has its effects done.
///
/// `+Beating` is the heartbeat, `+Letters` what the others tell, `+Leases` what only one node does, `+Announcing` what receivers are told,
/// `+Reminding` numbers that the coordinator may have lost.
actor FarmDriver {
    /// How often the node's own standing is looked at, beside the times at which it is known to have changed.
    private static let lookInterval = Duration.seconds(1)
    /// Before a store is asked again that could not be read.
    private static let storeRetry = Duration.seconds(1)

    private(set) var machine: FarmMachine
    let coordinator: any FarmCoordinator
    let node: NodeDriver
    let hands: Hands
    let board: NodeBoard
    let log: NodeLog
    let metrics: NodeMetrics
    /// What is told to the others, in order.
    private let outgoing: Outgoing
    /// Ordered: what a later view says must not be overtaken by an earlier one.
    private let tellNode: @Sendable (NodeEvent) -> Void
    let addChore: @Sendable (Chore) -> Void
    var missedAnnouncements = MissedAnnouncements()
    /// Since the start.
    var hasTakenOver = false
    var missedLetters = MissedLetters()
    var refusedLetters = LogAllowance()
    /// Others wait for the next discovery to end.
    private var listings: [FarmOperationID] = []
    var isReading = false
    var owesReading = false
    /// Up to where letters have been taken.
    var cursor: String?
    /// Where the last reading before the start ended has been read.
    private(set) var knowsCursor = false
    /// As the store has it.
    var storedCursor: String?
    var refusedCursors = LogAllowance()
    var refusedOrders = LogAllowance()
    var waitingProposals = LogAllowance()
    /// The coordinator may have lost numbers: before the first heartbeat that comes through, after one that did not, or one that found no
    /// registration, and until it was told again.
    var owesReminding = true
    /// How often it may have.
    var losses: UInt64 = 0
    /// The coordinator is being told, also where the heartbeat waits for it no longer.
    var isReminding = false
    private var wake: (due: MonotonicTime, task: Task<Void, Never>)?
    /// What the node tells that waits for nobody, in the order in which it happened: a vet that ends before it began would never end.
    enum News: Sendable {
        case vetStarted(RunID)
        case vetEnded([RunID], failed: Bool)
        case discovered(failed: Bool)
        /// The node's own standing may have changed.
        case standing
    }

    private let addNews: @Sendable (News) -> Void
    /// This node's deliveries that are over, in order.
    private let addDelivery: @Sendable (DeliveryID, String) -> Void
    private let endDeliveries: @Sendable () -> Void
    private var deliveriesTold: Task<Void, Never>?
    private let streams: Streams

    /// What the store and the coordinator are to take, one after another.
    enum Chore: Sendable {
        case effect(FarmEffect)
        case missedAnnouncements
    }

    private struct Streams: Sendable {
        let events: AsyncStream<NodeEvent>
        let chores: AsyncStream<Chore>
        let news: AsyncStream<News>
        let deliveries: AsyncStream<(DeliveryID, String)>
    }

    private var watches: [Task<Void, Never>] = []
    private(set) var isStopped = false
    /// The last of each lease: what is given back shall have been before the node has gone.
    var leaseQuestions: [LeaseName: Task<Void, Never>] = [:]
    /// nil when rows are not to be counted.
    private let inventory: InventoryReporter?

    init(
        _ record: MemberRecord, _ settings: FarmSettings, _ coordinator: any FarmCoordinator, node: NodeDriver, hands: Hands, board: NodeBoard,
        log: NodeLog, metrics: NodeMetrics, inventory: InventoryReporter?
    ) {
        machine = FarmMachine(record, settings: settings, seed: .random(in: .min ... .max), now: SystemClock.monotonic())
        self.coordinator = coordinator
        self.node = node
        self.hands = hands
        self.board = board
        self.log = log
        self.metrics = metrics
        self.inventory = inventory
        outgoing = Outgoing(coordinator: coordinator, sender: record.id, log: log)
        let (events, tell) = AsyncStream.makeStream(of: NodeEvent.self)
        tellNode = { tell.yield($0) }
        let (chores, add) = AsyncStream.makeStream(of: Chore.self)
        addChore = { add.yield($0) }
        let (deliveries, addDelivery) = AsyncStream.makeStream(of: (DeliveryID, String).self)
        self.addDelivery = { addDelivery.yield(($0, $1)) }
        endDeliveries = { addDelivery.finish() }
        let (news, addNews) = AsyncStream.makeStream(of: News.self)
        self.addNews = { addNews.yield($0) }
        streams = Streams(events: events, chores: chores, news: news, deliveries: deliveries)
    }

    var this: MemberID { machine.record.id }
    var settings: FarmSettings { machine.settings }
    /// As far as it knows.
    var isMember: Bool { machine.hasJoined && !isRefused }
    var isRefused: Bool { machine.currentRefusal != nil }
    func laggards(of proposal: Proposal) -> [MemberID] { machine.laggards(of: proposal) }
    var members: [MemberID: MemberRecord] { machine.membership.others }
    func name(of member: MemberID) -> String { machine.membership.name(of: member) ?? member.text }

    // MARK: Life

    /// Before anything is sent: what the node was to send when it stopped may have been sent by others.
    func holdBack() async {
        guard !settings.isAlone else { return }
        do throws(StoreError) {
            try await hands.adapters.store.holdBack()
        } catch {
            log.error("what was to be sent cannot be held back, and may be sent twice under one id", ["error": "\(error)"])
        }
    }

    /// What a crash left to be told goes on waiting; then the node joins.
    func start() async {
        if let error = await recall() {
            log.error("what waits to be announced cannot be read, which is tried again", ["error": "\(error)"])
            watches.append(Task { await self.recallLater() })
        }
        await coordinator.start()
        watches.append(Task { [node, streams] in for await event in streams.events { await node.feed(event) } })
        watches.append(Task { [streams] in for await chore in streams.chores { await self.workOff(chore) } })
        watches.append(Task { [streams] in for await news in streams.news { self.take(news) } })
        deliveriesTold = Task { [streams] in
            for await (delivery, endpoint) in streams.deliveries { await self.tellDelivered(delivery, to: endpoint) }
        }
        watches.append(Task { [coordinator] in for await hint in coordinator.hints { self.hinted(hint) } })
        if let inventory {
            inventory.start()
            feed(.wantsInventory(true))
        }
        look()
    }

    /// - Returns: why the store could not be read.
    private func recall() async -> StoreError? {
        do throws(StoreError) {
            if !knowsCursor {
                cursor = try await hands.adapters.store.farmCursor
                (storedCursor, knowsCursor) = (cursor, true)
            }
            for held in try await hands.adapters.store.heldChanges() { await hold(held) }
            return nil
        } catch {
            return error
        }
    }

    private func recallLater() async {
        // Until it is cancelled: the node stops.
        while await sleepUndisturbed(for: Self.storeRetry) {
            guard await recall() != nil else { return log.info("what waits to be announced has been read") }
        }
    }

    private func hold(_ held: StoredHeldChange) async {
        guard let name = await node.repository(held.repository)?.name else { return }
        let change = HeldChange(id: held.id, repository: held.repository, name: name, content: held.draft.content)
        await self.held(change, held.draft.kind, listedAt: SystemClock.monotonic())
    }

    /// The others see at once that this node is gone. What a store that hangs keeps back, or the coordinator does not take, is left
    /// behind: the others find out by themselves, and leases end.
    func stop() async {
        look()
        endDeliveries()
        inventory?.stop()
        for request in LeaseName.allCases.compactMap({ machine.release($0, at: SystemClock.monotonic()) }) { begin(request) }
        let owed = [deliveriesTold].compactMap(\.self) + Array(leaseQuestions.values)
        await BoundedWait.atStop(for: "deliveries to be looked up and leases to be given back", log) {
            for task in owed { await task.value }
        }
        isStopped = true
        wake?.task.cancel()
        for watch in watches { watch.cancel() }
        await BoundedWait.atStop(for: "the farm to be told", log) { [outgoing] in await outgoing.flush() }
        do throws(CoordinatorError) {
            try await coordinator.leave(machine.record)
        } catch {
            log.warning("the farm could not be told that this node leaves", ["error": "\(error)"])
        }
        await coordinator.stop()
    }

    // MARK: Events

    func feed(_ event: FarmEvent) {
        guard !isStopped else { return }
        let now = SystemClock.monotonic()
        for effect in machine.handle(event, at: now) { perform(effect) }
        show(at: now)
        scheduleWake(now)
    }

    /// Never waits, and keeps the order.
    nonisolated func hear(_ news: News) { addNews(news) }

    private func take(_ news: News) {
        switch news {
        case .vetStarted(let id): feed(.vetStarted(id))
        case .vetEnded(let ids, let failed): feed(.vetEnded(ids, failed: failed))
        case .discovered(let failed): listed(failed: failed)
        case .standing: look()
        }
    }

    /// The node's own standing may have changed.
    func look() {
        feed(.standing(board.snapshot.standing(at: SystemClock.monotonic())))
    }

    /// Unless the farm refuses this node.
    func tell(_ message: FarmMessage) { if !isRefused { outgoing.append(message) } }

    /// What of it was announced in an outage has to be known to the others before: they would settle what they do not have.
    func tellDeliveriesAgain() { if !machine.keepsDeliveries { outgoing.tellAgain() } }

    /// A delivery of this node is over, whatever came of it: the others need not make up for it.
    nonisolated func delivered(_ delivery: DeliveryID, to endpoint: String) { addDelivery(delivery, endpoint) }

    func reconfigure(_ settings: FarmSettings) { feed(.reconfigured(settings)) }

    func replacedUpstream(fingerprint: String) { feed(.upstreamReplaced(fingerprint: fingerprint)) }

    /// - Parameter settings: asked when it is this call's turn, so that it cannot overtake a reload.
    func catchUp(_ settings: @Sendable () -> FarmSettings) {
        reconfigure(settings())
        let fingerprint = board.identity.upstream.fingerprint
        if fingerprint != machine.record.upstream { replacedUpstream(fingerprint: fingerprint) }
    }

    private func hinted(_ hint: FarmHint) {
        switch hint {
        case .members: feed(.membersHint)
        case .letters: feed(.hint)
        }
    }

    private func scheduleWake(_ now: MonotonicTime) {
        let due = max(now, min(machine.nextWake(after: now), now + Self.lookInterval))
        // One whose time is up waits for its turn; replaced at each event, it would never have it on a busy node.
        if let wake, wake.due <= due { return }
        wake?.task.cancel()
        let delay = max(due - now, .milliseconds(1))
        wake = (
            due,
            Task {
                guard await sleepUndisturbed(for: delay) else { return }  // another wake has taken its place
                self.wake = nil
                self.look()
                self.feed(.wake)
            }
        )
    }

    /// What readers and monitors see.
    private func show(at now: MonotonicTime) {
        var leases: [LeaseName: Int64] = [:]
        for name in LeaseName.allCases { leases[name] = machine.fence(name, at: now) }
        let others = machine.membership.others.values.sorted { ($0.name, $0.id) < ($1.name, $1.id) }
        board.publish(
            FarmPicture(
                members: [machine.record] + others, readAt: machine.settings.isAlone ? nil : machine.membership.lastReading,
                coordinator: machine.settings.isAlone ? "standalone" : "redis", leases: leases,
                refusal: machine.currentRefusal?.description))
        inventory?.holds(machine.holding(.inventory))
    }

    // MARK: Effects

    private func perform(_ effect: FarmEffect) {
        switch effect {
        case .beat(let record): Task { await beat(record) }
        case .readLetters: Task { await readLetters() }
        case .send(.delivered(let repository, let number, let endpoint)) where machine.keepsDeliveries:
            outgoing.keep(.delivered(repository, number: number, endpoint: endpoint))
        case .send(let message): outgoing.append(message)
        case .lease(let request): begin(request)
        case .view(let view): tellNode(.farm(view))
        case .synchronize(let name): tellNode(.notified(name))
        case .list(let id):
            listings.append(id)
            tellNode(.passWanted)
        case .measured(let operation, let outcome, let duration): metrics.timers.distributed(operation, outcome, in: duration)
        case .synchronizedEverywhere(let kind, let duration): metrics.timers.synchronizedEverywhere(kind, in: duration)
        case .joinRefused(let why, let isFirst):
            log.error("the farm does not take this node", ["why": .text(why.description)])
            if isFirst { tellNode(.joinRefused(why.description)) }
        case .log(let line): log.write(line)
        case .obey, .remember, .propose, .adopt, .release, .takeOver, .settleDelivery, .publish, .findOrphans: addChore(.effect(effect))
        }
    }

    private func workOff(_ chore: Chore) async {
        switch chore {
        case .effect(let effect): await workOff(effect)
        case .missedAnnouncements:
            while !isStopped, let (repository, number) = missedAnnouncements.next() { await adopt(repository, number) }
        }
    }

    private func workOff(_ effect: FarmEffect) async {
        switch effect {
        case .obey(let id, let fence): await obey(id, fence)
        case .remember(let lease, let fence): await remember(lease, fence)
        case .propose(let proposal): await propose(proposal)
        case .adopt(let repository, let number): await adopt(repository, number)
        case .release(let repository): await release(repository)
        case .takeOver(let claim): await takeOver(claim)
        case .settleDelivery(let repository, let number, let endpoint, let member): await settle(repository, number, endpoint, by: member)
        case .publish: await publish()
        case .findOrphans(let present): await findOrphans(present)
        case .beat, .readLetters, .view, .send, .lease, .synchronize, .list, .measured, .synchronizedEverywhere, .joinRefused, .log: break
        }
    }

    /// A discovery has ended: whoever asked for one is answered.
    private func listed(failed: Bool) {
        let answered = listings
        listings = []
        for id in answered { feed(.listedFor(id, failed: failed)) }
        if !failed { Task { await lookAgain() } }
    }
}
