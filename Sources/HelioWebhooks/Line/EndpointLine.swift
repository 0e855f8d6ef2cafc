import HelioNode
import HelioStore

/// What waits for one endpoint, in which order it goes, and when nothing goes. A value without clock, store or network: the dispatcher
/// tells it what happened and does what it says.
///
/// It knows the oldest pending delivery of each repository, its *head*; what comes behind a head waits in the store, so the order within
/// a repository holds, and no repository waits for another.
struct EndpointLine: Sendable {
    /// Heads kept in memory; the store has the rest, and they are fetched as these go.
    static let knownLimit = 1000

    /// Deliveries on their way at once.
    var concurrency: Int
    var isActive: Bool
    /// It answered 410.
    var isClosed: Bool
    /// Every head is known; otherwise the store is asked for more.
    private(set) var isComplete = false

    private var known: Set<RepositoryID> = []
    private var underWay: Set<DeliveryID> = []
    private var ready = Fifo<LineHead>()
    private var waiting = TimeHeap<LineHead>()
    /// While the breaker is open: everything, oldest first.
    private var held: [LineHead] = []
    private var breaker = Breaker()
    private var accepted: UInt64 = 0

    init(concurrency: Int, isActive: Bool, isClosed: Bool) {
        self.concurrency = concurrency
        self.isActive = isActive
        self.isClosed = isClosed
    }

    var isOpen: Bool { breaker.isOpen }
    var underWayCount: Int { underWay.count }
    var wantsMore: Bool { !isComplete && known.count < Self.knownLimit / 2 }

    func knows(_ repository: RepositoryID) -> Bool { known.contains(repository) }

    // MARK: Heads

    /// - Returns: false when there is no room for it; it is found again later.
    @discardableResult
    mutating func take(_ head: DeliveryHead, at now: Moment) -> Bool {
        guard !known.contains(head.repository) else { return true }
        guard known.count < Self.knownLimit else {
            isComplete = false
            return false
        }
        known.insert(head.repository)
        put(LineHead(stored: head), at: now)
        return true
    }

    /// A look through the store from the first repository to the last found no head without a place.
    mutating func completed() { isComplete = true }

    /// Something was stored that was not offered to this line.
    mutating func missedSome() { isComplete = false }

    private mutating func put(_ head: LineHead, at now: Moment) {
        guard !breaker.isOpen else {
            held.insert(head, at: held.firstIndex { $0.id > head.id } ?? held.count)
            return
        }
        let delay = head.remaining(at: now.wall)
        if delay > .zero { waiting.insert(head, at: now.monotonic + delay) } else { ready.append(head) }
    }

    // MARK: Attempts

    /// The next delivery to be sent, now on its way.
    ///
    /// - Parameter mayAdd: whether it may have more than one on its way: all endpoints share a limit beyond their first.
    mutating func next(at now: MonotonicTime, mayAdd: Bool) -> Attempt? {
        guard isActive, !isClosed, underWay.isEmpty || mayAdd, underWay.count < concurrency else { return nil }
        let attempt = breaker.isOpen ? nextProbe(at: now) : nextRegular(at: now)
        if let attempt { underWay.insert(attempt.head.id) }
        return attempt
    }

    private mutating func nextRegular(at now: MonotonicTime) -> Attempt? {
        while let (due, head) = waiting.earliest, due <= now {
            waiting.popEarliest()
            ready.append(head)
        }
        return ready.popFirst().map { Attempt(head: $0, kind: .regular) }
    }

    /// The oldest first, then one repository after another: where one body is what the receiver cannot take, another gets through.
    private mutating func nextProbe(at now: MonotonicTime) -> Attempt? {
        guard underWay.isEmpty, let due = breaker.probeDue, due <= now, !held.isEmpty else { return nil }
        let head = held.remove(at: breaker.failedProbes % held.count)
        let maySkip = head.answeredFailures >= RetrySchedule.ownFailures && head.answeredFailures % 2 == 1
        return Attempt(head: head, kind: maySkip ? .successorProbe : .probe)
    }

    /// When `next` may give something that it does not give now, if nothing else happens; nil for never.
    var nextDue: MonotonicTime? {
        guard isActive, !isClosed else { return nil }
        guard breaker.isOpen else { return waiting.earliest?.time }
        return held.isEmpty || !underWay.isEmpty ? nil : breaker.probeDue
    }

    // MARK: Results

    /// What an attempt's end means.
    struct Decision: Sendable {
        /// For the delivery that was sent.
        let outcome: DeliveryResult.Outcome
        /// The head is given up because its successor was taken.
        var givesUpHead = false
        var breaker: BreakerChange?
        var closesEndpoint = false
    }

    enum BreakerChange: Sendable {
        case opened, closed
    }

    /// - Parameter isAnswered: whether the receiver answered at all.
    mutating func ended(
        _ attempt: Attempt, _ verdict: Verdict, isAnswered: Bool, at now: MonotonicTime, using random: inout SeededGenerator
    ) -> Decision {
        let head = attempt.head
        switch verdict {
        case .accepted:
            accepted += 1
            let wasOpen = breaker.succeeded()
            return Decision(outcome: .delivered, givesUpHead: attempt.kind == .successorProbe, breaker: wasOpen ? .closed : nil)
        case .gone:
            isClosed = true
            return Decision(outcome: unchanged(head), closesEndpoint: true)
        case .unsent:
            let wasOpen = breaker.isOpen
            if wasOpen { breaker.probeFailed(asked: nil, at: now, using: &random) } else { open(at: now, using: &random) }
            return Decision(outcome: unchanged(head), breaker: wasOpen ? nil : .opened)
        case .refused, .failed:
            return failed(attempt, verdict, isAnswered: isAnswered, at: now, using: &random)
        }
    }

    private func unchanged(_ head: LineHead) -> DeliveryResult.Outcome {
        .retry(after: .zero, attempts: head.stored.attempts, refusals: head.stored.refusals)
    }

    private mutating func failed(
        _ attempt: Attempt, _ verdict: Verdict, isAnswered: Bool, at now: MonotonicTime, using random: inout SeededGenerator
    ) -> Decision {
        let asked: Duration? = if case .failed(let after) = verdict { after } else { nil }
        if attempt.isProbe, breaker.isOpen {
            breaker.probeFailed(asked: asked, at: now, using: &random)
            return Decision(outcome: unchanged(attempt.head))
        }
        let stored = attempt.head.stored
        let tookOthers = accepted > (attempt.head.acceptedWhenFailed ?? 0)
        let (attempts, refusals) = (stored.attempts + 1, stored.refusals + (tookOthers ? 1 : 0))
        let opens = breaker.failed(asked: asked, at: now, using: &random)
        if opens { holdAll() }
        let limit = verdict == .refused ? RetrySchedule.refusedAttempts : RetrySchedule.attempts
        guard attempts < limit, refusals < RetrySchedule.ownFailures else {
            return Decision(outcome: .dead(attempts: attempts), breaker: opens ? .opened : nil)
        }
        let delay = RetrySchedule.delay(after: attempts, asked: asked, using: &random)
        return Decision(outcome: .retry(after: delay, attempts: attempts, refusals: refusals), breaker: opens ? .opened : nil)
    }

    private mutating func open(at now: MonotonicTime, using random: inout SeededGenerator) {
        breaker.open(at: now, using: &random)
        holdAll()
    }

    private mutating func holdAll() {
        while let head = ready.popFirst() { held.append(head) }
        while let (_, head) = waiting.earliest {
            waiting.popEarliest()
            held.append(head)
        }
        held.sort { $0.id < $1.id }
    }

    private mutating func releaseAll() {
        for head in held { ready.append(head) }
        held = []
    }

    /// The store has it.
    ///
    /// - Parameters:
    ///   - isOver: the head was delivered or given up.
    ///   - next: what comes after it then, in its repository.
    mutating func stored(
        _ attempt: Attempt, _ outcome: DeliveryResult.Outcome, isOver: Bool, isAnswered: Bool, next: DeliveryHead?, at now: Moment
    ) {
        underWay.remove(attempt.head.id)
        if !breaker.isOpen, !held.isEmpty { releaseAll() }
        guard isOver else { return put(back: attempt.head, outcome, isAnswered: isAnswered, at: now) }
        known.remove(attempt.head.repository)
        if let next { take(next, at: now) }
    }

    private mutating func put(back head: LineHead, _ outcome: DeliveryResult.Outcome, isAnswered: Bool, at now: Moment) {
        var head = head
        if case .retry(let delay, let attempts, let refusals) = outcome {
            let retry = delay > .zero ? DeliveryHead.Retry(failedAt: now.wall, delay: delay) : nil
            head.stored = DeliveryHead(
                id: head.id, repository: head.repository, attempts: attempts, refusals: refusals, retry: retry)
        }
        head.answeredFailures += isAnswered ? 1 : 0
        head.acceptedWhenFailed = accepted
        put(head, at: now)
    }

    /// The operator let it go again, or its URL changed.
    mutating func reopen() {
        isClosed = false
        _ = breaker.succeeded()
        releaseAll()
    }
}
