import HelioNode
import HelioStore

/// What waits for one endpoint, in which order it goes, and when nothing goes. A value without clock, store or network: the dispatcher
/// tells it what happened and does what it says.
///
/// It knows the oldest pending delivery of each repository, its *head*; what comes behind a head waits in the store, so the order within
/// a repository holds, and no repository waits for another. An older one may turn pending later, and becomes the head then.
struct EndpointLine: Sendable {
    /// Heads kept in memory; the store has the rest, and they are fetched as these go.
    static let knownLimit = 1000

    /// Of this line; `knownLimit` or more.
    var limit = EndpointLine.knownLimit
    /// Deliveries on their way at once.
    var concurrency: Int
    var isActive: Bool
    /// It answered 410.
    var isClosed: Bool
    /// Every head is known; otherwise the store is asked for more.
    private(set) var isComplete = false
    /// Grows with everything that was stored and found no place here.
    private(set) var missed = 0

    /// What stands for a repository: its oldest pending delivery, as far as the store has said. When an older one turns pending, that one
    /// gets a new entry; what stood there before is passed over wherever it comes up, and comes back from the store when it is its turn.
    private struct Entry {
        let id: DeliveryID
        /// Not given twice.
        let number: UInt64
    }

    private var known: [RepositoryID: Entry] = [:]
    /// The last number that was given.
    private var lastEntry: UInt64 = 0
    private var underWay: Set<DeliveryID> = []
    /// Something was stored of them while their head was on its way: what follows it may have been asked for too early, or belong before
    /// it.
    private var toldMeanwhile: Set<RepositoryID> = []
    private var ready = Fifo<LineHead>()
    private var waiting = TimeHeap<LineHead>()
    /// While the breaker is open: everything, oldest first, but for what a receiver asked to come later.
    private var held = HeldHeads()
    private var breaker = Breaker()
    private var accepted: UInt64 = 0
    /// Failed as a probe, and whatever comes after it is to be tried at once.
    private var suspect: DeliveryID?

    init(concurrency: Int, isActive: Bool, isClosed: Bool) {
        self.concurrency = concurrency
        self.isActive = isActive
        self.isClosed = isClosed
    }

    var isOpen: Bool { breaker.isOpen }
    var underWayCount: Int { underWay.count }
    var wantsMore: Bool { !isComplete && known.count < limit / 2 }

    func knows(_ repository: RepositoryID) -> Bool { known[repository] != nil }

    // MARK: Heads

    /// The store has this one as the oldest of its repository. One that is known there already stays, unless it is younger.
    /// - Returns: false when there is no room for it; it is found again later.
    @discardableResult
    mutating func take(_ head: DeliveryHead, at now: Moment) -> Bool {
        if let entry = known[head.repository] {
            if head.id < entry.id, mustLookUp(head.repository) { enter(head, at: now) }
            return true
        }
        guard known.count < limit else {
            missedSome()
            return false
        }
        enter(head, at: now)
        return true
    }

    private mutating func enter(_ head: DeliveryHead, at now: Moment) {
        lastEntry += 1
        known[head.repository] = Entry(id: head.id, number: lastEntry)
        put(LineHead(stored: head, entry: lastEntry), at: now)
    }

    private func isCurrent(_ head: LineHead) -> Bool { known[head.repository]?.number == head.entry }

    /// Something of the repository was stored, or let go again, which may be older than what is known.
    /// - Returns: whether the store is to be asked for its head now. While one is on its way nothing can go before that, and `stored` says
    ///   when to ask.
    mutating func mustLookUp(_ repository: RepositoryID) -> Bool {
        guard let entry = known[repository], underWay.contains(entry.id) else { return true }
        toldMeanwhile.insert(repository)
        return false
    }

    /// A look through the store from the first repository to the last found no head without a place.
    mutating func completed() { isComplete = true }

    /// Something was stored that was not offered to this line.
    mutating func missedSome() {
        isComplete = false
        missed += 1
    }

    /// After a start with deliveries that had failed before it: one probe first, so that starting again and again in an outage costs
    /// no event its attempts.
    mutating func beginWithProbe(at now: MonotonicTime) {
        guard !breaker.isOpen else { return }
        breaker.openUntilProbed(at: now)
        holdAll()
    }

    private mutating func put(_ head: LineHead, at now: Moment) {
        let delay = head.remaining(at: now.wall)
        if delay > .zero, !breaker.isOpen || head.isAskedToWait {
            waiting.insert(head, at: now.monotonic + delay)
        } else if breaker.isOpen {
            held.insert(head)
        } else {
            ready.append(head)
        }
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
        while let head = popWaited(at: now) { ready.append(head) }
        while let head = ready.popFirst() {
            if isCurrent(head) { return Attempt(head: head, kind: .regular) }
        }
        return nil
    }

    /// One that has waited for long enough.
    private mutating func popWaited(at now: MonotonicTime) -> LineHead? {
        guard let (due, head) = waiting.earliest, due <= now else { return nil }
        waiting.popEarliest()
        return head
    }

    /// The oldest first, then one repository after another: where one body is what the receiver cannot take, another gets through.
    private mutating func nextProbe(at now: MonotonicTime) -> Attempt? {
        guard underWay.isEmpty else { return nil }
        while let head = popWaited(at: now) { held.insert(head) }
        if let head = takeSuspect() { return Attempt(head: head, kind: .successorProbe) }
        guard let due = breaker.probeDue, due <= now else { return nil }
        while let head = held.removeNext() {
            if isCurrent(head) { return Attempt(head: head, kind: .probe) }
        }
        return nil
    }

    private mutating func takeSuspect() -> LineHead? {
        guard let id = suspect else { return nil }
        suspect = nil
        while let head = held.remove(id) {
            if isCurrent(head) { return head }
        }
        return nil
    }

    /// Whether something would go if it had a place in the limit that all endpoints share.
    func hasDue(at now: MonotonicTime) -> Bool {
        guard isActive, !isClosed, !breaker.isOpen, underWay.count < concurrency else { return false }
        return !ready.isEmpty || waiting.earliest.map { $0.time <= now } ?? false
    }

    /// When `next` may give something that it does not give now, if nothing else happens; nil for never.
    var nextDue: MonotonicTime? {
        guard isActive, !isClosed else { return nil }
        guard let probeDue = breaker.probeDue else { return waiting.earliest?.time }
        guard underWay.isEmpty else { return nil }
        return held.isEmpty ? waiting.earliest.map { max($0.time, probeDue) } : probeDue
    }

    // MARK: Results

    /// What an attempt's end means.
    struct Decision: Sendable {
        /// For the delivery that was sent.
        let outcome: DeliveryResult.Outcome
        /// The head is given up because its successor was taken.
        var givesUpHead = false
        /// What was sent may be the reason why it failed.
        var blamesBody = false
        /// It counts as one of the attempts that a receiver may refuse.
        var isRefusal = false
        /// The receiver wants it to wait for longer than it would have.
        var isAsked = false
        /// For how long the receiver wants what it answered as a probe to wait; the store does not know of it.
        var probeAsked: Duration?
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
        switch verdict {
        case .accepted:
            accepted += 1
            let wasOpen = breaker.succeeded()
            return Decision(outcome: .delivered, givesUpHead: attempt.kind == .successorProbe, breaker: wasOpen ? .closed : nil)
        case .gone:
            isClosed = true
            return Decision(outcome: .held, closesEndpoint: true)
        case .unsent:
            let wasOpen = breaker.isOpen
            if !wasOpen { open(at: now, using: &random) } else { probeFailed(attempt, at: now, using: &random) }
            return Decision(outcome: .held, breaker: wasOpen ? nil : .opened)
        // It says nothing of the receiver. In a head's place it was to tell what the head would not: that is open still.
        case .settled: return Decision(outcome: attempt.kind == .successorProbe ? .held : .delivered)
        case .refused, .busy, .failed:
            return failed(attempt, verdict, isAnswered: isAnswered, at: now, using: &random)
        }
    }

    private mutating func failed(
        _ attempt: Attempt, _ verdict: Verdict, isAnswered: Bool, at now: MonotonicTime, using random: inout SeededGenerator
    ) -> Decision {
        let (asked, isBusy): (Duration?, Bool) = if case .busy(let after) = verdict { (after, true) } else { (nil, false) }
        let blamesBody = isAnswered && !isBusy
        guard !attempt.isProbe else {
            if breaker.isOpen { probeFailed(attempt, at: now, using: &random) }
            let blamesHead = blamesBody && attempt.kind == .probe
            let failures = attempt.head.answeredFailures + 1
            // Where others wait, they tell whether it is the body.
            let isAlone = breaker.isOpen && held.isEmpty
            if blamesHead, isAlone, failures >= RetrySchedule.ownFailures, failures % 2 == 1 { suspect = attempt.head.id }
            return Decision(outcome: .held, blamesBody: blamesHead, probeAsked: attempt.kind == .probe ? asked : nil)
        }
        let stored = attempt.head.stored
        let tookOthers = !isBusy && accepted > (attempt.head.acceptedWhenFailed ?? 0)
        let (attempts, refusals) = (stored.attempts + 1, stored.refusals + (tookOthers ? 1 : 0))
        let opens = breaker.failed(at: now, using: &random)
        if opens { holdAll() }
        let isRefusal = verdict == .refused
        let refused = attempt.head.refused + (isRefusal ? 1 : 0)
        guard attempts < RetrySchedule.attempts, refused < RetrySchedule.refusedAttempts, refusals < RetrySchedule.ownFailures else {
            return Decision(outcome: .dead(attempts: attempts), blamesBody: blamesBody, breaker: opens ? .opened : nil)
        }
        let delay = RetrySchedule.delay(after: attempts, asked: asked, using: &random)
        let outcome = DeliveryResult.Outcome.retry(after: delay, attempts: attempts, refusals: refusals)
        let isAsked = asked.map { $0 >= delay } ?? false
        return Decision(outcome: outcome, blamesBody: blamesBody, isRefusal: isRefusal, isAsked: isAsked, breaker: opens ? .opened : nil)
    }

    /// A probe and what follows it at once are one round.
    private mutating func probeFailed(_ attempt: Attempt, at now: MonotonicTime, using random: inout SeededGenerator) {
        switch attempt.kind {
        case .regular: break
        case .probe: breaker.probeFailed(at: now, using: &random)
        case .successorProbe: breaker.postpone(at: now, using: &random)
        }
    }

    private mutating func open(at now: MonotonicTime, using random: inout SeededGenerator) {
        breaker.open(at: now, using: &random)
        holdAll()
    }

    private mutating func holdAll() {
        while let head = ready.popFirst() { held.insert(head) }
        var asked = TimeHeap<LineHead>()
        while let (due, head) = waiting.earliest {
            waiting.popEarliest()
            if head.isAskedToWait { asked.insert(head, at: due) } else { held.insert(head) }
        }
        waiting = asked
    }

    /// What was to wait for longer goes on waiting.
    private mutating func releaseAll(at now: Moment) {
        for head in held.removeAll() where isCurrent(head) { put(head, at: now) }
    }

    /// The store has it.
    ///
    /// - Parameters:
    ///   - isOver: the head was delivered or given up.
    ///   - next: what comes after it then, in its repository.
    /// - Returns: whether the store is to be asked for the repository's head, because of what was stored of it meanwhile.
    @discardableResult
    mutating func stored(_ attempt: Attempt, _ decision: Decision, isOver: Bool, next: DeliveryHead?, at now: Moment) -> Bool {
        underWay.remove(attempt.head.id)
        let wasTold = toldMeanwhile.remove(attempt.head.repository) != nil
        if !breaker.isOpen { releaseAll(at: now) }
        guard isOver else {
            put(back: attempt.head, decision, at: now)
            return wasTold
        }
        known[attempt.head.repository] = nil
        if let next, !wasTold { take(next, at: now) }
        return wasTold
    }

    private mutating func put(back head: LineHead, _ decision: Decision, at now: Moment) {
        var head = head
        if case .retry(let delay, let attempts, let refusals) = decision.outcome {
            let retry = delay > .zero ? DeliveryHead.Retry(failedAt: now.wall, delay: delay) : nil
            head.stored = DeliveryHead(
                id: head.id, repository: head.repository, attempts: attempts, refusals: refusals, retry: retry)
        }
        head.answeredFailures += decision.blamesBody ? 1 : 0
        head.refused += decision.isRefusal ? 1 : 0
        head.acceptedWhenFailed = accepted
        if case .retry = decision.outcome { head.wasAsked = decision.isAsked }
        if let asked = decision.probeAsked {
            let retry = DeliveryHead.Retry(failedAt: now.wall, delay: asked)
            head.stored = DeliveryHead(
                id: head.id, repository: head.repository, attempts: head.stored.attempts, refusals: head.stored.refusals, retry: retry)
            head.wasAsked = true
        }
        put(head, at: now)
    }

    /// The operator let it go again, or its URL changed.
    mutating func reopen() {
        isClosed = false
        _ = breaker.succeeded()
        suspect = nil
        var heads = held.removeAll()
        // Also what the receiver asked to come later: it may be another receiver now.
        while let (_, head) = waiting.earliest {
            waiting.popEarliest()
            heads.append(head)
        }
        for head in heads { ready.append(head.freed) }
    }
}
