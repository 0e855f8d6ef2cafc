/// What receivers are told, once by all, after all have it.
extension FarmMachine {
    /// For the others to store an event before its first attempt.
    private static let storeLimit = Duration.seconds(5)
    private static let orphanInterval = Duration.seconds(60)
    /// For what was told to be read again by this node itself.
    private static let arrival = Duration.seconds(2)

    mutating func hold(_ change: HeldChange, _ kind: SyncKind, listedAt: MonotonicTime, at now: MonotonicTime) {
        let repository = change.repository
        let serving = Set(membership.serving)
        let operation: FarmOperationID
        if let told = known.operation(of: repository, content: change.content) {
            operation = told
        } else {
            operation = FarmOperationID(using: &random)
            known.begin(operation, repository, change.content, at: now)
            begin(operation, [.fetch, .updateRef], content: change.content, since: listedAt, at: now)
            kinds[operation] = kind
            send(.changed(operation, change.name, repository, content: change.content))
        }
        announcements.add(Announcements.Waiting(change: change, operation: operation, since: now, awaited: serving))
        confirm(repository)
        // Who takes traffic is asked now: it may have changed since the last heartbeat.
        if isBeating { owesBeat = true } else { nextBeat = now }
    }

    /// What was told while the coordinator was away did not arrive.
    mutating func tellAgain(at now: MonotonicTime) {
        for (repository, line) in announcements.lines.sorted(by: { $0.key < $1.key }) {
            for waiting in line.held where now - waiting.since > Self.arrival && !known.isTold(waiting.operation) {
                send(.changed(waiting.operation, waiting.change.name, repository, content: waiting.change.content))
            }
        }
    }

    mutating func confirm(_ repository: RepositoryID) {
        announcements.confirm(repository) { [known] waiting in
            known.holders(of: repository, content: waiting.change.content, told: waiting.operation)
        }
    }

    mutating func announce(at now: MonotonicTime) {
        let limits = Announcements.Limits(barrier: settings.barrier, hold: settings.hold)
        let isFresh = membership.isFresh(at: now) && refusal == nil
        let sight: Announcements.Sight = isFresh ? .fresh : isOut ? .out : .unknown
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

    mutating func adopted(
        _ repository: RepositoryID, _ number: Int64, _ sender: MemberID, _ remaining: Set<HeldID>, at now: MonotonicTime
    ) {
        announcements.settle(repository, remaining: remaining)
        guard sender == this else { return send(.stored(repository, number: number)) }
        let others = membership.isFresh(at: now) ? Set(membership.others.keys) : []
        storing[repository] = Storing(number: number, awaited: others, deadline: now + Self.storeLimit)
    }

    /// An event goes out when every other member could send it in this one's place.
    mutating func releaseStored(at now: MonotonicTime) {
        for (repository, waiting) in storing.sorted(by: { $0.key < $1.key }) where waiting.awaited.isEmpty || waiting.deadline <= now {
            storing[repository] = nil
            effects.append(.release(repository))
        }
    }

    // MARK: Events whose sender is gone

    mutating func searchOrphans(at now: MonotonicTime) {
        guard nextOrphanSearch <= now else { return }
        nextOrphanSearch = now + Self.orphanInterval
        effects.append(.findOrphans(present: membership.isFresh(at: now) ? Set(membership.others.keys) : []))
    }

    mutating func takeOver(_ orphans: [Orphan], at now: MonotonicTime) {
        let isFresh = membership.isFresh(at: now)
        for orphan in orphans {
            // Its own, of before a restart.
            if orphan.sender == this {
                if storing[orphan.repository] == nil { effects.append(.release(orphan.repository)) }
                continue
            }
            let order = Rendezvous.order(Array(membership.others.keys.filter { $0 != orphan.sender }) + [this], for: orphan.repository.value)
            let rank = order.firstIndex(of: this) ?? order.count
            let isDue = isFresh ? membership.others[orphan.sender] == nil && rank == 0 : orphan.age >= settings.hold * (rank + 1)
            guard isDue else { continue }
            log(.info, "events of another node are sent by this one", ("repositoryId", .text("\(orphan.repository.value)")), ("of", .text(orphan.sender.text)))
            effects.append(.release(orphan.repository))
        }
    }
}
