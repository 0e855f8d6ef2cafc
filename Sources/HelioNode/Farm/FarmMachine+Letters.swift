/// What nodes tell each other, and what becomes of it.
extension FarmMachine {
    private static let operationLimit = Duration.seconds(600)
    private static let owedLimit = 1024

    mutating func take(_ letter: FarmLetter, _ ours: MirrorHash?, at now: MonotonicTime) {
        // Of a farm that refuses this node nothing is its business: the same numbers may stand for other repositories.
        guard refusal == nil else { return }
        let isOwn = letter.sender == this
        switch letter.message {
        case .changed(let id, let name, let repository, let content):
            let position = known.heard(id, repository, content, from: letter.sender, at: now)
            announcements.heard(id, of: repository, at: position)
            confirm(repository)
            if !isOwn { owe(id, name, repository, content, ours, at: now) }
        case .notified(let name): if !isOwn { effects.append(.synchronize(name)) }
        case .listed(let id):
            guard !isOwn else { break }
            orderedListings.insert(id)
            order(id) { .list(id) }
        case .vet(let id, let fence): if !isOwn { order(id) { .obey(id, fence: fence) } }
        case .answered(let id, let answer): answered(id, answer, by: letter.sender)
        case .leased(let name, let fence): effects.append(.remember(name, fence: fence))
        case .announced(let repository, let number): effects.append(.adopt(repository, number: number))
        case .stored(let repository, let number):
            if !isOwn { stored(repository, number, by: letter.sender, at: now) }
        case .delivered(let repository, let number, let endpoint):
            if !isOwn { effects.append(.settleDelivery(repository, number: number, endpoint: endpoint, by: letter.sender)) }
        case .claimed(let claim): if !isOwn { heard(claim, by: letter.sender, at: now) }
        }
    }

    private mutating func owe(
        _ id: FarmOperationID, _ name: RepositoryName, _ repository: RepositoryID, _ content: MirrorHash, _ ours: MirrorHash?,
        at now: MonotonicTime
    ) {
        if ours == content { return send(.answered(id, .equal(content))) }
        if (owed[repository]?.count ?? 0) < Self.owedLimit {
            owed[repository, default: []].append(Owed(operation: id, content: content, heardAt: now))
        }
        effects.append(.synchronize(name))
    }

    private mutating func order(_ id: FarmOperationID, _ effect: () -> FarmEffect) {
        guard ordered.insert(id).inserted else { return }
        effects.append(effect())
    }

    mutating func answer(_ id: FarmOperationID, failed: Bool) {
        orderedListings.remove(id)
        guard ordered.remove(id) != nil else { return }
        send(.answered(id, failed ? .failure : .success(nil)))
    }

    private mutating func answered(_ id: FarmOperationID, _ answer: FarmAnswer, by member: MemberID) {
        operations.take(answer, of: id, from: member)
        let repository: RepositoryID?
        switch answer {
        case .success(let content?): repository = known.answered(id, by: member, content, hasLooked: true)
        case .equal(let content): repository = known.answered(id, by: member, content, hasLooked: false)
        case .success(nil), .failure: repository = nil
        }
        if let repository { confirm(repository) }
    }

    /// A synchronisation that began before others were heard of answers them only if it brought just what they have.
    mutating func synchronized(_ repository: RepositoryID, _ content: MirrorHash?, listedAt: MonotonicTime, at now: MonotonicTime) {
        guard let waiting = owed[repository] else { return }
        var left: [Owed] = []
        for one in waiting {
            guard let content else {
                // An error ends the timing; the barrier waits on for a later success.
                if !one.hasFailed { send(.answered(one.operation, .failure)) }
                left.append(Owed(operation: one.operation, content: one.content, heardAt: one.heardAt, hasFailed: true))
                continue
            }
            guard one.heardAt <= listedAt || one.content == content else {
                left.append(one)
                continue
            }
            send(.answered(one.operation, one.heardAt <= listedAt ? .success(content) : .equal(content)))
        }
        owed[repository] = left.isEmpty ? nil : left
    }

    /// Nobody waits any longer for what has not been answered by now: the repository is not mirrored here, or cannot be synchronised.
    mutating func forgetOwed(at now: MonotonicTime) {
        let memory = settings.memory
        owed = owed.compactMapValues { waiting in
            let left = waiting.filter { now - $0.heardAt < memory }
            return left.isEmpty ? nil : left
        }
    }

    mutating func forget(_ repository: RepositoryID) {
        owed[repository] = nil
        known.forget(repository)
        announcements.settle(repository, remaining: [])
        storing[repository] = nil
        storedEarly[repository] = nil
    }

    // MARK: Changes of this node

    /// Nobody else need be told of it, but the others can have it at once. A node that catches up only makes what they have already, or
    /// know from a list that has changed.
    mutating func changed(_ change: CopyChange, listedAt: MonotonicTime, at now: MonotonicTime) {
        guard !settings.isAlone, refusal == nil, record.standing.state == .synchronized else { return }
        _ = tell(change, listedAt: listedAt, at: now)
    }

    /// Tells the others, unless they were told of just this last.
    /// - Returns: the operation by which they know it.
    mutating func tell(_ change: CopyChange, listedAt: MonotonicTime, at now: MonotonicTime) -> FarmOperationID {
        if let told = known.operation(of: change.repository, content: change.content) { return told }
        let operation = FarmOperationID(using: &random)
        known.begin(operation, change.repository, change.content, at: now)
        // Who the others are is not known yet after a start.
        if hasJoined, refusal == nil, !settings.isAlone {
            begin(operation, [.fetch, .updateRef], content: change.content, since: listedAt, at: now)
            kinds[operation] = change.kind
        }
        send(.changed(operation, change.name, change.repository, content: change.content))
        return operation
    }

    // MARK: Operations that this node began

    /// All members of the last view have to answer, whether or not the coordinator is there to tell them: who cannot be reached has not
    /// done its part.
    mutating func begin(
        _ id: FarmOperationID, _ parts: [MirrorOperation], content: MirrorHash?, since: MonotonicTime, limit: Duration = operationLimit,
        at now: MonotonicTime
    ) {
        let others = Set(membership.others.keys)
        operations.begin(
            id, DistributedOperation(parts, awaiting: others, content: content, startedAt: since, deadline: now + limit))
    }

    mutating func expireOperations(at now: MonotonicTime) {
        known.expire(at: now)
        // The own vet is done when this node is through with it, too.
        for (id, operation) in operations.takeEnded(except: ownVet?.id, at: now) {
            if ownVet?.id == id { endOwnVet(at: now) }
            let duration = now - operation.startedAt
            for part in operation.operations { effects.append(.measured(part, operation.outcome, duration)) }
            guard let kind = kinds.removeValue(forKey: id), operation.outcome == .success || operation.outcome == .conflict else { continue }
            effects.append(.synchronizedEverywhere(kind, duration))
        }
    }

    /// The list of repositories changed here: the others look for themselves. Whoever looks because it was told tells nobody.
    mutating func listed(at now: MonotonicTime) {
        guard orderedListings.isEmpty, membership.isFresh(at: now), refusal == nil, !membership.others.isEmpty else { return }
        let id = FarmOperationID(using: &random)
        begin(id, [.metadata], content: nil, since: now, at: now)
        send(.listed(id))
    }
}
