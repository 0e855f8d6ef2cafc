/// What at most one node of a farm does at a time. The names stand in Redis and in metrics.
public enum LeaseName: String, Sendable, Hashable, CaseIterable {
    /// Ordering a vet of the whole farm.
    case vet
    /// Counting rows for everybody.
    case inventory
}

/// What to ask of the coordinator.
public enum LeaseRequest: Hashable, Sendable {
    case acquire(LeaseName, for: Duration)
    case renew(LeaseName, fence: Int64, for: Duration)
    case release(LeaseName, fence: Int64)
}

/// What came of it.
public enum LeaseReply: Hashable, Sendable {
    /// Acquired or renewed, with its number: higher than any before it.
    case granted(fence: Int64)
    /// Another has it, or nobody any more: it was given back.
    case refused
    /// Nobody knows: no answer, or none in time. An unknown answer is a no.
    case unknown(String)
}

/// One lease as its holder, or who wants to be, sees it.
///
/// The holder trusts its own monotonic clock only: it stops before the coordinator can have given the lease to another, whatever
/// becomes of the coordinator, of the network or of the wall clock. A process that was stopped finds its deadline passed. What it
/// had sent before may still be under way: that is what the fencing number is for (Kleppmann, "How to do distributed locking", 2016).
public struct LeaseKeeper: Sendable {
    public struct Holding: Hashable, Sendable {
        public let fence: Int64
        /// Nothing is done in the lease's name from here on.
        public var deadline: MonotonicTime
        var renewal: MonotonicTime
    }

    enum Question: Sendable { case acquire, renew }

    public let name: LeaseName
    public let duration: Duration
    /// Whether it is tried again after an attempt that failed, and after it was lost.
    public let isPersistent: Bool
    public private(set) var holding: Holding?
    private(set) var isWanted = false
    private(set) var nextAttempt: MonotonicTime?
    private var asked: (question: Question, at: MonotonicTime)?
    private var hasGivenUp = false

    public init(_ name: LeaseName, for duration: Duration, isPersistent: Bool = true) {
        self.name = name
        self.duration = duration
        self.isPersistent = isPersistent
    }

    /// What the coordinator has not answered yet.
    var question: Question? { asked?.question }

    /// The number under which the node may act now; nil when it does not hold the lease, or not any more.
    public func fence(at now: MonotonicTime) -> Int64? {
        holding.flatMap { now < $0.deadline ? $0.fence : nil }
    }

    public mutating func want(at now: MonotonicTime) {
        guard !isWanted, isPersistent || !hasGivenUp else { return }
        isWanted = true
        nextAttempt = now
    }

    /// - Returns: the release, when there is something to release.
    public mutating func yield(at now: MonotonicTime) -> LeaseRequest? {
        isWanted = false
        nextAttempt = nil
        defer { holding = nil }
        return fence(at: now).map { .release(name, fence: $0) }
    }

    /// The node goes: nobody will be there for an answer.
    /// - Returns: the release, also of what may yet be given.
    public mutating func close(at now: MonotonicTime) -> LeaseRequest? {
        let isAsked = asked != nil
        return yield(at: now) ?? (isAsked ? .release(name, fence: 0) : nil)
    }

    /// Its own clock says that it is over; `expire` takes note of it.
    func isOver(at now: MonotonicTime) -> Bool { holding.map { $0.deadline <= now } ?? false }

    mutating func expire(pause: Duration, at now: MonotonicTime) { giveUp(pause, at: now) }

    /// - Parameter mayAct: a lease is never taken on a stale view; one that is held is renewed nevertheless.
    public mutating func advance(mayAct: Bool, at now: MonotonicTime) -> LeaseRequest? {
        guard asked == nil else { return nil }
        if let held = holding {
            guard held.renewal <= now, now < held.deadline else { return nil }
            asked = (.renew, now)
            return .renew(name, fence: held.fence, for: duration)
        }
        guard isWanted, mayAct, let due = nextAttempt, due <= now else { return nil }
        asked = (.acquire, now)
        return .acquire(name, for: duration)
    }

    /// - Parameter pause: before the next attempt after this one failed.
    /// - Returns: the release of what was given and is of no use: else nobody would have it until it ends by itself.
    public mutating func take(_ reply: LeaseReply, pause: Duration, at now: MonotonicTime) -> LeaseRequest? {
        guard let asked else { return nil }
        self.asked = nil
        // What a renewal says of a lease that is over already changes nothing more.
        let isOpen = asked.question == .acquire || holding != nil
        switch reply {
        case .granted(let fence):
            // Not from the answer, but from before the question: the lease cannot have begun earlier. A tenth is for clocks that run unlike.
            let end = asked.at + duration * 9 / 10
            guard isWanted, now < end, asked.question == .acquire || holding?.fence == fence else {
                if isOpen { giveUp(pause, at: now) }
                return .release(name, fence: fence)
            }
            holding = Holding(fence: fence, deadline: end, renewal: asked.at + duration / 3)
        case .refused: if isOpen { giveUp(pause, at: now) }
        case .unknown:
            if asked.question == .acquire { giveUp(pause, at: now) } else { holding?.renewal = now + duration / 10 }
        }
        return nil
    }

    private mutating func giveUp(_ pause: Duration, at now: MonotonicTime) {
        holding = nil
        hasGivenUp = true
        if !isPersistent { isWanted = false }
        nextAttempt = isWanted ? now + pause : nil
    }

    /// - Parameter mayAct: as in `advance`.
    public func nextWake(mayAct: Bool) -> MonotonicTime? {
        if let holding { return asked == nil ? min(holding.renewal, holding.deadline) : holding.deadline }
        return asked == nil && isWanted && mayAct ? nextAttempt : nil
    }
}
