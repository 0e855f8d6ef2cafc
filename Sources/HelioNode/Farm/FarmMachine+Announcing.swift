/// What receivers are told, once by all, after all have it.
extension FarmMachine {
    /// For the others to store an event before its first attempt.
    private static let storeLimit = Duration.seconds(5)
    private static let orphanInterval = Duration.seconds(60)
    /// A claim holds for so long, and is made again before, while there is something left to send.
    private static let claimLife = Duration.seconds(300)
    private static let claimInterval = Duration.seconds(110)
    private static let claimLimit = 20_000
    /// For what was told to be read again by this node itself.
    private static let arrival = Duration.seconds(2)

    /// Repositories of which something waits to be announced.
    public var waiting: Set<RepositoryID> { Set(announcements.lines.keys) }

    mutating func hold(_ change: HeldChange, _ kind: SyncKind, listedAt: MonotonicTime, at now: MonotonicTime) {
        // It came to be held before what waited in the store could be read.
        guard announcements.awaited(change.id, of: change.repository) == nil else { return }
        let news = CopyChange(repository: change.repository, name: change.name, content: change.content, kind: kind)
        let operation = tell(news, listedAt: listedAt, at: now)
        let (position, awaited) = (known.position(of: operation), Set(membership.serving))
        announcements.add(
            Announcements.Waiting(change: change, operation: operation, position: position, since: now, awaited: awaited))
        confirm(change.repository)
        // Who takes traffic is asked now: it may have changed since the last heartbeat.
        if isBeating { owesBeat = true } else { nextBeat = now }
    }

    /// What was told while the coordinator was away did not arrive, and a farm that refused this node was told nothing.
    mutating func tellAgain(at now: MonotonicTime) {
        for (repository, line) in announcements.lines.sorted(by: { $0.key < $1.key }) {
            for waiting in line.held where now - waiting.since > Self.arrival && waiting.position == nil {
                send(.changed(waiting.operation, waiting.change.name, repository, content: waiting.change.content))
            }
        }
    }

    mutating func confirm(_ repository: RepositoryID) {
        announcements.confirm(repository) { [known] waiting in
            known.holders(of: repository, content: waiting.change.content, told: waiting.operation, at: waiting.position)
        }
    }

    mutating func announce(at now: MonotonicTime) {
        let limits = Announcements.Limits(barrier: settings.barrier, hold: settings.hold)
        let isFresh = membership.isFresh(at: now) && refusal == nil
        // A farm that does not take this node announces without it.
        let sight: Announcements.Sight = isFresh ? .fresh : isOut && refusal == nil ? .out : .unknown
        // Without the coordinator, how others stand now is not known: the last view is what all have in common.
        var candidates = isFresh ? membership.serving : Array(membership.others.keys)
        if record.standing.takesTraffic || !isFresh { candidates.append(this) }
        let (this, readAt) = (this, membership.lastReading)
        // A node that has not seen its farm since it started does not know that it is the first in order.
        let leastRank = hasJoined ? 0 : 1
        let proposals = announcements.next(limits: limits, turn: { repository in
            let order = Rendezvous.order(candidates, for: repository.value)
            return Announcements.Turn(rank: max(leastRank, order.firstIndex(of: this) ?? order.count), sight: sight, readAt: readAt)
        }, at: now)
        for proposal in proposals { effects.append(.propose(proposal)) }
    }

    /// Who takes traffic and may not have what is proposed, at the moment at which it is told: somebody may have come since it was
    /// decided.
    public func laggards(of proposal: Proposal) -> [MemberID] {
        announcements.awaited(proposal.held, of: proposal.repository)?.sorted() ?? proposal.laggards
    }

    mutating func adopted(
        _ repository: RepositoryID, _ number: Int64, _ sender: MemberID, _ remaining: Set<HeldID>, at now: MonotonicTime
    ) {
        announcements.settle(repository, remaining: remaining)
        let early = storedEarly.removeValue(forKey: repository)
        guard sender == this else { return send(.stored(repository, number: number)) }
        var awaited = membership.isFresh(at: now) ? Set(membership.storing) : []
        if let early, early.number >= number { awaited.subtract(early.members) }
        // A repository that changes all the time does not put off what waits already.
        let deadline = storing[repository]?.deadline ?? now + Self.storeLimit
        storing[repository] = Storing(number: number, awaited: awaited, deadline: deadline)
    }

    /// Who has stored an event has stored those before it.
    mutating func stored(_ repository: RepositoryID, _ number: Int64, by member: MemberID, at now: MonotonicTime) {
        if let waiting = storing[repository], waiting.number <= number {
            storing[repository]?.awaited.remove(member)
        } else if var early = storedEarly[repository], early.number == number {
            early.members.insert(member)
            storedEarly[repository] = early
        } else if storedEarly[repository].map({ $0.number < number }) ?? true {
            storedEarly[repository] = Early(number: number, members: [member], since: now)
        }
    }

    /// An event goes out when every other member could send it in this one's place.
    mutating func releaseStored(at now: MonotonicTime) {
        let released = storing.filter { $0.value.awaited.isEmpty || $0.value.deadline <= now }.keys.sorted()
        for repository in released {
            storing[repository] = nil
            // The farm made this node the sender because the one before it is gone: what is older goes first, even where somebody has
            // claimed it. Twice is allowed, and out of order is not.
            effects.append(.release(repository))
        }
        guard storedEarly.values.contains(where: { $0.since + Self.storeLimit <= now }) else { return }
        storedEarly = storedEarly.filter { $0.value.since + Self.storeLimit > now }
    }

    // MARK: Events whose sender is gone

    mutating func searchOrphans(at now: MonotonicTime) {
        guard nextOrphanSearch <= now else { return }
        nextOrphanSearch = now + Self.orphanInterval
        lastOrphanSearch = now
        effects.append(.findOrphans(present: membership.isFresh(at: now) ? Set(membership.storing) : []))
    }

    mutating func takeOver(_ orphans: [Orphan], at now: MonotonicTime) {
        let isFresh = membership.isFresh(at: now)
        let storing = Set(membership.storing)
        // Without the coordinator, for how long nobody has been seen, and not how old the event is.
        let outage = now - (membership.lastReading ?? startedAt)
        for orphan in orphans {
            // Its own, of before a restart; what it had taken over is older, and goes first.
            if orphan.sender == this {
                if self.storing[orphan.repository] == nil { effects.append(.release(orphan.repository)) }
                continue
            }
            if isFresh, storing.contains(orphan.sender) { continue }
            let heirs = isFresh ? storing : Set(membership.others.keys)
            let order = Rendezvous.order(Array(heirs.subtracting([orphan.sender])) + [this], for: orphan.repository.value)
            let rank = order.firstIndex(of: this) ?? order.count
            // Who comes before this one may not have the event: it joined later, or missed it.
            var waited = min(orphan.age, isFresh ? absence(of: orphan.sender, at: now) : outage)
            if let claimed = claims[orphan.claim] {
                if isValid(claimed, at: now) { continue }
                // Who claimed it is gone, too, or is through and did not have it all: the order begins anew.
                if isFresh { waited = min(waited, storing.contains(claimed.by) ? now - claimed.until : absence(of: claimed.by, at: now)) }
            }
            guard waited >= (isFresh ? Self.orphanInterval * rank : settings.hold * (rank + 1)) else { continue }
            log(.info, "events of another node are sent by this one", ("repositoryId", .text("\(orphan.repository.value)")), ("of", .text(orphan.sender.text)))
            effects.append(.takeOver(orphan.claim))
            tell(orphan.claim, at: now)
        }
    }

    // MARK: Who sends for one that is gone

    /// Says so again of what is not through, for those who come and for those who were not reached.
    mutating func claim(_ taken: [Claim], at now: MonotonicTime) {
        claims = claims.filter { now - $0.value.until < Self.claimLife }
        ownClaims = ownClaims.filter { now - $0.value < Self.claimLife }
        guard membership.isFresh(at: now) else { return }
        let present = Set(membership.storing).union([this])
        for claim in taken where !present.contains(claim.sender) {
            if let told = ownClaims[claim], now - told < Self.claimInterval { continue }
            tell(claim, at: now)
        }
    }

    private mutating func tell(_ claim: Claim, at now: MonotonicTime) {
        // What is told meanwhile reaches nobody: it is told at the first search after it.
        guard membership.isFresh(at: now) else { return }
        ownClaims[claim] = now
        send(.claimed(claim))
    }

    mutating func heard(_ claim: Claim, by member: MemberID, at now: MonotonicTime) {
        guard claims[claim] != nil || claims.count < Self.claimLimit else { return }
        claims[claim] = Claimed(by: member, until: now + Self.claimLife)
    }

    private func isValid(_ claimed: Claimed, at now: MonotonicTime) -> Bool {
        now < claimed.until && membership.storing.contains(claimed.by)
    }

    /// For how long one whose events wait has not been there.
    private mutating func absence(of sender: MemberID, at now: MonotonicTime) -> Duration {
        let since = absentSince[sender] ?? lastOrphanSearch
        absentSince[sender] = since
        return now - since
    }
}
