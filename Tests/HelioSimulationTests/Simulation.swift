import HelioNode

/// A farm in one process and one thread of time: real machines, a model of Redis, of the upstream and of each disk, and faults. The same
/// seed gives the same run.
struct Simulation {
    struct Failure: Error, CustomStringConvertible {
        let description: String
    }

    /// Something that happens at a time.
    enum Step: Sendable {
        case wake(node: Int, boot: Int)
        case node(Int, boot: Int, NodeEvent)
        case farm(Int, boot: Int, FarmEvent)
        case effect(Int, boot: Int, FarmEffect)
        case synchronize(Int, boot: Int, SyncJob, Begun)
        case letters(Int, boot: Int)
        case push, fault, heal, look, newcomer, emptying
    }

    /// What a job found when it began.
    struct Begun {
        /// As the upstream told; nil when it could not be reached.
        let version: Int?
        let baseline: ModelStore.Baseline
    }

    struct Told {
        let repository: RepositoryID
        let number: Int64
        let content: MirrorHash
        let sender: MemberID
    }

    /// What happens in it.
    enum Story: String, CaseIterable {
        case faults
        /// Faults, too; the last node comes later, with an empty disk, and does not see the upstream at first.
        case newcomer
        /// No faults: the last node comes later, with an empty disk, and Redis is emptied before a push, again and again.
        case emptied
        /// No faults: some jobs take long, announcements wait for nobody who is slow, and the last node comes later, with an empty disk.
        case slow

        var barrier: Duration {
            switch self {
            case .faults, .newcomer: .seconds(10)
            // What is slow is no laggard where nothing is wrong.
            case .emptied: .seconds(30)
            case .slow: .seconds(2)
            }
        }
    }

    let seed: UInt64
    let story: Story
    /// Whether nodes tell Redis what it may have lost.
    var remindsRedis = true
    /// Whether what a job learned before an announcement is told after it only when another look has shown that it is newer.
    var looksAgain = true
    var random: SeededGenerator
    var now = MonotonicTime(nanoseconds: 1_000_000_000)
    private var steps = TimeHeap<Int>()
    private var pending: [Int: Step] = [:]
    private var lastStep = 0

    var nodes: [SimulatedNode] = []
    var redis = ModelRedis()
    var upstream: [Int] = []
    var upstreamIsUp = true
    var told: [Told] = []
    var healedAt: MonotonicTime?
    /// When something last went wrong with a node or with Redis: the others need an expiry to see it.
    var nodesTroubledAt = MonotonicTime(nanoseconds: 0)
    var flushedAt: MonotonicTime?
    /// The last numbers when the last node came.
    private(set) var announcedBefore: [RepositoryID: Int64] = [:]
    var redisToggledAt = MonotonicTime(nanoseconds: 0)
    /// One node could not reach a Redis that others could.
    var wasCutOff = false
    var failure: Failure?
    let settings: FarmSettings
    var trace: [String] = []
    var keepsTrace = false
    /// Of all nodes; a machine that wants to be woken all the time is a busy loop.
    var wakes = 0

    static let repositories = 3

    /// - Parameter change: breaks what is to be found.
    init(seed: UInt64, _ story: Story = .faults, breaking change: (inout FarmSettings) -> Void = { _ in }) {
        self.seed = seed
        self.story = story
        random = SeededGenerator(seed: seed)
        var farm = FarmSettings()
        farm.viewHold = .seconds(40)
        farm.lease = .seconds(6)
        farm.barrier = story.barrier
        farm.hold = .seconds(60)
        farm.vetLimit = .seconds(60)
        farm.minimumSynchronized = Int.random(in: 1...2, using: &random)
        change(&farm)
        settings = farm
        upstream = Array(repeating: 1, count: Self.repositories)
        let count = Int.random(in: 2...5, using: &random)
        for index in 1...count {
            var node = NodeSettings()
            node.strict = Int.random(in: 0..<4, using: &random) == 0
            node.syncInterval = .seconds(20)
            node.vetInterval = .seconds(60)
            node.upstreamWait = .seconds(15)
            node.farmJoinWait = .seconds(10)
            node.lag = .init(leave: .seconds(20), enter: .seconds(10), hold: .seconds(5))
            nodes.append(SimulatedNode(index: index, isStrict: node.strict, node, farm, seed: random.next()))
        }
    }

    // MARK: Time

    mutating func schedule(_ step: Step, in delay: Duration) {
        lastStep += 1
        pending[lastStep] = step
        steps.insert(lastStep, at: now + delay)
    }

    mutating func between(_ low: Int64, _ high: Int64) -> Duration { .milliseconds(Int64.random(in: low...high, using: &random)) }

    mutating func run() -> Failure? {
        for index in nodes.indices.dropLast(story == .faults ? 0 : 1) { start(index) }
        switch story {
        case .faults, .newcomer, .slow:
            if story != .faults { schedule(.newcomer, in: .seconds(20)) }
            schedule(.push, in: between(3_000, 10_000))
            if story != .slow { schedule(.fault, in: between(2_000, 15_000)) }
        case .emptied:
            for second in [15, 20, 25, 30] { schedule(.push, in: .seconds(second)) }
            schedule(.newcomer, in: .seconds(60))
            schedule(.push, in: .seconds(70))
            // What was pushed before is through by then.
            for second in [110, 155] { schedule(.emptying, in: .seconds(second)) }
        }
        schedule(.heal, in: .seconds(200))
        schedule(.look, in: .seconds(1))
        let end = now + .seconds(330)
        while failure == nil, let (time, id) = steps.earliest, time <= end {
            steps.popEarliest()
            now = max(now, time)
            if let step = pending.removeValue(forKey: id) { take(step) }
        }
        if failure == nil { checkEnd() }
        if wakes > nodes.count * 330 * 20 { fail("\(wakes) wakes in 330 s of \(nodes.count) nodes") }
        return failure
    }

    var moment: Moment { Moment(monotonic: now, wall: WallTime(millisecondsSince1970: now.nanoseconds / 1_000_000)) }

    mutating func note(_ text: String) {
        if keepsTrace { trace.append("\(Double(now.nanoseconds / 1_000_000) / 1000) \(text)") }
    }

    mutating func fail(_ text: String) { failure = failure ?? Failure(description: "seed \(seed), \(now.nanoseconds / 1_000_000) ms: \(text)") }

    private mutating func take(_ step: Step) {
        switch step {
        case .push: push()
        case .fault: fault()
        case .heal: heal()
        case .newcomer:
            guard let last = nodes.indices.last, nodes[last].life == .dead else { return }
            nodes[last].seesUpstream = story != .newcomer
            announcedBefore = redis.data.announced.mapValues(\.number)
            start(last)
        case .emptying:
            nodesTroubledAt = now
            flush()
            schedule(.push, in: between(0, 8_000))
        case .look:
            checkAlways()
            schedule(.look, in: .milliseconds(500))
        case .wake(let index, let boot), .node(let index, let boot, _), .farm(let index, let boot, _), .effect(let index, let boot, _),
            .synchronize(let index, let boot, _, _), .letters(let index, let boot):
            guard nodes[index].boot == boot, nodes[index].life != .dead else { return }
            if nodes[index].life == .paused { return nodes[index].backlog.append(step) }
            act(step, on: index)
        }
    }

    private mutating func act(_ step: Step, on index: Int) {
        switch step {
        case .wake:
            guard nodes[index].nextWake == now else { return }
            nodes[index].nextWake = nil
            wakes += 1
            look(index)
            feed(index, FarmEvent.wake)
            feed(index, NodeEvent.wake)
        case .node(_, _, let event): feed(index, event)
        case .farm(_, _, let event): feed(index, event)
        case .effect(_, _, let effect): arrive(effect, on: index)
        case .synchronize(_, _, let job, let begun): synchronize(job, begun, on: index)
        case .letters: readLetters(index)
        case .push, .fault, .heal, .look, .newcomer, .emptying: break
        }
    }

    // MARK: Life

    mutating func start(_ index: Int) {
        nodes[index].boot += 1
        nodes[index].life = .running
        nodes[index].runsSince = now
        nodes[index].nextWake = nil
        nodes[index].listings = []
        nodes[index].backlog = []
        let old = nodes[index]
        nodes[index].node = NodeMachine(settings: old.node.settings, seed: random.next(), now: moment)
        nodes[index].farm = FarmMachine(SimulatedNode.record(old.id, old.name), settings: settings, seed: random.next(), now: now)
        note("\(old.name) starts")
        feed(index, NodeEvent.storageOpened(draining: nil))
        let entries = nodes[index].store.entries.values.sorted { $0.repository.id < $1.repository.id }
        feed(index, .recovered(StoredNode(entries: entries, wasSynchronized: nodes[index].store.wasSynchronized, deletions: [])))
        for event in nodes[index].store.events.indices where nodes[index].store.events[event].announcement.sender == old.id {
            nodes[index].store.events[event].isReleased = false
        }
        for change in nodes[index].store.held { hold(change, listedAt: now, on: index) }
        look(index)
        wake(index, in: .milliseconds(1))
    }

    /// One wake at a time: an earlier one finds out when the next is due.
    mutating func wake(_ index: Int, in delay: Duration) {
        if let due = nodes[index].nextWake, due <= now + delay { return }
        nodes[index].nextWake = now + delay
        schedule(.wake(node: index, boot: nodes[index].boot), in: delay)
    }

    mutating func look(_ index: Int) { feed(index, .standing(nodes[index].node.snapshot().standing(at: now))) }

    mutating func feed(_ index: Int, _ event: NodeEvent) {
        let before = nodes[index].node.state
        let effects = nodes[index].node.handle(event, at: moment)
        for effect in effects { perform(effect, on: index) }
        if nodes[index].node.state != before { note("\(nodes[index].name) is \(nodes[index].node.state.rawValue)") }
        if let due = nodes[index].node.nextWake(after: moment) { wake(index, in: max(due - now, .milliseconds(1))) }
    }

    mutating func feed(_ index: Int, _ event: FarmEvent) {
        let effects = nodes[index].farm.handle(event, at: now)
        for effect in effects { perform(effect, on: index) }
        wake(index, in: max(nodes[index].farm.nextWake(after: now) - now, .milliseconds(1)))
    }
}
