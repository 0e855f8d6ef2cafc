/// For what a connection keeps the server waiting, and since when. The least is missed least.
struct Wait: Comparable {
    enum Kind: Int {
        /// The rest of a request, its first byte or the end of a handshake is overdue; or the answer is given and its end not heard; or an
        /// answer takes long that perhaps nobody waits for any more.
        case stalled
        /// Another request, after at least one that was answered.
        case idle
        /// The rest of a request that has only begun, or such an answer: it is probably on its way.
        case begun
    }

    let kind: Kind
    /// In nanoseconds of the monotonic clock.
    let since: Int64

    static func < (a: Self, b: Self) -> Bool {
        a.kind == b.kind ? a.since < b.since : a.kind.rawValue < b.kind.rawValue
    }
}

extension Connection {
    /// nil while it is being answered: that may take, and the peer reads. But not where the peer has finished sending before there is
    /// anything to read: so does one that has gone, and it would keep its place for as long as the handler takes.
    func wait(_ now: Int64) -> Wait? {
        var since = deadline.began
        switch deadline.kind {
        case .idle where machine.exchange > 0: return Wait(kind: .idle, since: since)
        case .idle, .handshake, .head, .body, .lingering: break
        case .answering:
            guard sawEnd, streamed == nil, !hasUnservedInput else { return nil }
            since = tally.began
        case .writing: return nil
        }
        return Wait(kind: now &- since >= table.limits.patience ? .stalled : .begun, since: since)
    }

    /// Makes way for another. What was answered still goes out.
    func displace() {
        if let observer = table.observer { observer(exchange(.cut(.displaced))) }
        close()
    }
}

/// Finds the connections that make way when there is no room for another.
///
/// A flood of newcomers would have every connection looked at for each of them; so one look finds many, and a connection that has got on
/// since is passed over when its turn comes. Nothing is kept up to date in between: requests that are answered at once pay nothing.
struct Displacement {
    private struct Candidate {
        let slot: Int
        let wait: Wait
    }

    /// Found by one look.
    private static let batch = 256
    /// Nanoseconds to the next look after one that found nobody.
    private static let pause: Int64 = 10_000_000

    /// Whoever goes next is the last.
    private var candidates: [Candidate] = []
    private var nextLook = Int64.min

    /// - Returns: the connection that would be missed least; nil when all are being answered.
    mutating func next(_ slots: [Connection?], _ now: Int64) -> Connection? {
        if let connection = takeCandidate(slots, now) { return connection }
        guard now >= nextLook else { return nil }
        look(slots, now)
        if candidates.isEmpty { nextLook = now &+ Self.pause }
        return takeCandidate(slots, now)
    }

    private mutating func takeCandidate(_ slots: [Connection?], _ now: Int64) -> Connection? {
        while let candidate = candidates.popLast() {
            // What had only begun may be overdue by now; what else has changed means that the connection has got on.
            guard let connection = slots[candidate.slot], connection.wait(now)?.since == candidate.wait.since else { continue }
            return connection
        }
        return nil
    }

    /// Keeps the first of those who would go. Only who goes before the last of them is added, so few sorts suffice, and of few: requests
    /// wait meanwhile.
    private mutating func look(_ slots: [Connection?], _ now: Int64) {
        var last: Wait?
        for slot in slots.indices {
            guard let wait = slots[slot]?.wait(now) else { continue }
            if let last, wait >= last { continue }
            candidates.append(Candidate(slot: slot, wait: wait))
            if candidates.count == 2 * Self.batch { last = keepFirst() }
        }
        keepFirst()
    }

    /// - Returns: the wait of the last that is kept.
    @discardableResult
    private mutating func keepFirst() -> Wait? {
        candidates.sort { $0.wait > $1.wait }
        candidates.removeFirst(max(0, candidates.count - Self.batch))
        return candidates.first?.wait
    }
}
