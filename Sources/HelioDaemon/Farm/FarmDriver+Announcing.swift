import HelioFarm
import HelioNode
import HelioStore
import HelioWebhooks

/// What the farm announces, between the coordinator, the store and the dispatcher.
extension FarmDriver {
    var store: Store { hands.adapters.store }

    /// Announcements of one repository that are looked for one by one; those before are not in the coordinator any more, or this node
    /// was not there.
    private static let missedLimit: Int64 = 1000

    /// The refs of a change have moved, and the store holds what is to be told of it.
    func held(_ change: HeldChange, _ kind: SyncKind, listedAt: MonotonicTime) async {
        await remind(of: [change.repository])
        feed(.held(change, kind, listedAt: listedAt))
        if isRefused { await keepLast(of: change.repository) }
    }

    /// The refs of a change have moved that no receiver is to be told of.
    func changed(_ change: CopyChange, listedAt: MonotonicTime) async {
        await remind(of: [change.repository])
        feed(.changed(change, listedAt: listedAt))
    }

    /// Nothing is announced while the farm does not take this node, and that may be for long: of each repository one change is held.
    private func keepLast(of repository: RepositoryID) async {
        do throws(StoreError) {
            feed(.settled(repository, remaining: try await store.keepLastHeldChange(of: repository)))
        } catch {
            log.debug("what is held cannot be made less", ["repositoryId": .count(Int(repository.value)), "error": "\(error)"])
        }
    }

    func propose(_ proposal: Proposal) async {
        do {
            try await tryPropose(proposal)
        } catch {
            feed(.proposalFailed(proposal.repository))
            guard let leftOut = waitingProposals.take(at: SystemClock.monotonic()) else { return }
            log.warning(
                "an announcement waits",
                ["repositoryId": .count(Int(proposal.repository.value)), "error": "\(error)", "left_out": .count(leftOut)])
        }
    }

    private func tryPropose(_ proposal: Proposal) async throws {
        let id = proposal.repository
        guard let held = try await store.heldChange(proposal.held) else {
            return feed(.settled(id, remaining: try await store.heldChanges(of: id)))
        }
        guard let repository = await node.repository(id) else {
            // It left the upstream while the change was made, and would be proposed again at once, for ever.
            let remaining = try await store.forgetHeldChanges(ofRemoved: id)
            // One that is just coming back the store knows first.
            return feed(remaining.isEmpty ? .settled(id, remaining: []) : .proposalFailed(id))
        }
        let note = FarmNote(nodes: members.count + 1, laggards: laggards(of: proposal).map { name(of: $0) })
        let number = (try await store.announcement(of: id)?.number ?? 0) + 1
        // Either it differs in nothing that is told from what was told before it, or the endpoints of before are gone.
        guard held.draft.changes != [],
            let announcement = hands.webhooks.announcement(of: held, of: repository, number: number, sender: this, farm: note)
        else { return feed(.settled(id, remaining: try await store.dismiss(held, at: SystemClock.wall()))) }
        if proposal.isAlone {
            tell(note, of: repository)
            return try await take(announcement, proposed: held.id)
        }
        switch try await coordinator.propose(announcement.proposal, isSent: false) {
        case .accepted(let sender):
            tell(note, of: repository)
            try await take(announcement.settled(sender: sender), proposed: held.id)
        case .taken(let number, let content, let sender):
            try await catchUp(repository, to: number, content, sender, with: announcement)
            // Nothing was learned from it that this node did not know: it is no use to ask again at once.
            if try await store.announcement(of: id)?.number ?? 0 < announcement.number { feed(.proposalFailed(id)) }
        }
    }

    private func tell(_ note: FarmNote, of repository: Repository) {
        guard !note.laggards.isEmpty else { return }
        log.warning(
            "announced although nodes lag",
            ["repository": .text(repository.name.description), "laggards": .text(note.laggards.joined(separator: " "))])
    }

    private func take(_ agreed: AgreedAnnouncement, proposed held: HeldID? = nil) async throws(StoreError) {
        let (isNew, remaining, isBehind) = try await store.adopt(agreed, proposed: held, at: SystemClock.wall())
        if isBehind { await look(for: agreed.repository) }
        if isNew {
            feed(.adopted(agreed.repository, number: agreed.number, sender: agreed.sender, remaining: Set(remaining)))
        } else {
            feed(.settled(agreed.repository, remaining: Set(remaining)))
        }
    }

    /// Another node was first, or this one has missed something.
    private func catchUp(
        _ repository: Repository, to number: Int64, _ content: MirrorHash, _ sender: MemberID?, with own: AgreedAnnouncement
    ) async throws {
        if try await takeMissed(of: repository, to: number) { return }
        // Its event is gone, or of before this node came. Where the same was made here, that is sent, under the same id; it was sent
        // already where nobody is known to send it.
        if number == own.number, content == own.content, let sender { return try await take(own.settled(sender: sender)) }
        let (left, isBehind) = try await store.catchUp(repository.id, number: number, content: content, at: SystemClock.wall())
        if isBehind { await look(for: repository.id) }
        feed(.settled(repository.id, remaining: Set(left)))
    }

    /// Takes what the farm has announced since the last that this node knows, in order: each may be for this node to send.
    /// - Parameter isHeard: the farm has just said so.
    /// - Returns: whether the last of them was there, and for this node to take.
    private func takeMissed(of repository: Repository, to number: Int64, isHeard: Bool = false) async throws -> Bool {
        let known = try await store.announcement(of: repository.id)?.number ?? 0
        guard known < number else { return true }
        // Where the last is gone, those before it are.
        guard let last = try await coordinator.announcement(repository.id, number: number),
            let first = try await known > 0 ? known + 1 : firstMissed(upTo: last, isHeard: isHeard)
        else { return false }
        var missed = max(first, number - Self.missedLimit)
        while missed < number {
            if let announcement = try await coordinator.announcement(repository.id, number: missed) {
                try await take(hands.webhooks.agreed(announcement, of: repository))
            }
            missed += 1
        }
        try await take(hands.webhooks.agreed(last, of: repository))
        return true
    }

    /// From where on a node that knows of no announcement takes those up to `last`; nil for not even that one. It was not there: what was
    /// announced before it came is for others to send, and is sent, and nobody will tell it so. What it has heard of since, what it holds
    /// itself, and what it is to send came later.
    private func firstMissed(upTo last: FarmAnnouncement, isHeard: Bool) async throws -> Int64? {
        guard last.sender != this else { return 1 }
        let held = try await store.heldContents(of: last.repository)
        let place = held.lastIndex(of: last.content)
        let heard = missedAnnouncements.first(of: last.repository)
        guard isHeard || heard != nil || place != nil else { return nil }
        var first = min(heard ?? last.number, last.number)
        var before = held[..<(place ?? held.endIndex)]
        while first > 1, let earlier = try await coordinator.announcement(last.repository, number: first - 1),
            let index = before.lastIndex(of: earlier.content)
        {
            (first, before) = (first - 1, before[..<index])
        }
        return first
    }

    /// Only the upstream can tell whether the copy or what was announced is the newer one.
    private func look(for repository: RepositoryID) async {
        if let name = await node.repository(repository)?.name { await node.feed(.notified(name)) }
    }

    /// A look that failed, or that a stop or a crash cut off, is owed: a listing asks for none where the copy is what the upstream has.
    func lookAgain() async {
        guard !settings.isAlone else { return }
        do throws(StoreError) {
            for id in try await store.behindRepositories() { await look(for: id) }
        } catch {
            log.debug("what may be newer than what was announced cannot be read", ["error": "\(error)"])
        }
    }

    func adopt(_ id: RepositoryID, _ number: Int64) async {
        do {
            guard let repository = await node.repository(id) else {
                missedAnnouncements.forget(id)
                // There is nothing to store for it: whoever sends it need not wait for this node.
                return tell(.stored(id, number: number))
            }
            _ = try await takeMissed(of: repository, to: number, isHeard: true)
            missedAnnouncements.forget(id, upTo: number)
        } catch {
            guard missedAnnouncements.keep(number, of: id) else { return }
            log.warning("an announcement of the farm could not be taken", ["repositoryId": .count(Int(id.value)), "error": "\(error)"])
        }
    }

    func release(_ repository: RepositoryID) async {
        do throws(StoreError) {
            hands.webhooks.released(repository, to: try await store.release(repository))
        } catch {
            log.error("events wait, the store does not take that they may go", ["error": "\(error)"])
        }
    }

    func takeOver(_ claim: Claim) async {
        do throws(StoreError) {
            hands.webhooks.released(claim.repository, to: try await store.takeOver(claim))
            hasTakenOver = true
        } catch {
            log.error("events of another node wait, the store does not take that they may go", ["error": "\(error)"])
        }
    }

    func settle(_ repository: RepositoryID, _ number: Int64, _ endpoint: String, by member: MemberID) async {
        // What it is about may not be in the store yet, and would be sent once more.
        guard !missedAnnouncements.holds(repository) else { return missedLetters.keep(repository, number, endpoint, by: member) }
        do throws(StoreError) {
            try await store.settleStandby(repository, number: number, endpoint: endpoint, by: member, at: SystemClock.wall())
        } catch {
            missedLetters.keep(repository, number, endpoint, by: member)
            guard let leftOut = refusedLetters.take(at: SystemClock.monotonic()) else { return }
            log.warning("a delivery of another node could not be noted yet", ["error": "\(error)", "left_out": .count(leftOut)])
        }
    }

    func tellDelivered(_ delivery: DeliveryID, to endpoint: String) async {
        do throws(StoreError) {
            guard let (repository, number) = try await store.announced(by: delivery) else { return }
            feed(.delivered(repository, number: number, endpoint: endpoint))
        } catch {
            log.warning("the farm is not told of a delivery", ["error": "\(error)"])
        }
    }

    /// What was announced without the coordinator.
    func publish() async {
        do {
            while case let some = try await store.unpublished(), !some.isEmpty {
                for announcement in some {
                    _ = try await coordinator.propose(announcement, isSent: true)
                    try await store.setPublished(announcement.repository, number: announcement.number)
                }
            }
            feed(.published)
            tellDeliveriesAgain()
        } catch {
            log.warning("the farm does not know yet what was announced meanwhile", ["error": "\(error)"])
        }
    }

    func findOrphans(_ present: Set<MemberID>) async {
        do throws(StoreError) {
            // At a start nothing is taken over: it all stands by again.
            let taken = hasTakenOver ? try await store.takenOver(by: this) : []
            feed(.orphans(try await store.orphans(present: present, at: SystemClock.wall()), taken: taken))
        } catch {
            log.warning("events of absent nodes cannot be looked for", ["error": "\(error)"])
        }
    }

    // MARK: Orders

    /// The store has the last word: it has the highest number that this node ever saw.
    func obey(_ id: FarmOperationID, _ fence: Int64) async {
        do throws(StoreError) {
            guard try await store.admit(fence, of: .vet, at: SystemClock.wall()) else {
                metrics.farm.fenceRejected()
                if let leftOut = refusedOrders.take(at: SystemClock.monotonic()) {
                    log.warning(
                        "an order is refused: its number is old, or cannot be right",
                        ["lease": "vet", "fence": .text("\(fence)"), "id": .text(id.description), "left_out": .count(leftOut)])
                }
                return feed(.vetEnded([id], failed: true))
            }
            log.info("vet ordered", ["id": .text(id.description), "fence": .text("\(fence)")])
            await node.feed(.vetRequested(id))
        } catch {
            log.error("an order is refused: its number cannot be checked", ["error": "\(error)"])
            feed(.vetEnded([id], failed: true))
        }
    }

    /// - Returns: false when the number cannot be right, or could not be stored.
    @discardableResult
    func remember(_ lease: LeaseName, _ fence: Int64) async -> Bool {
        do throws(StoreError) {
            return try await store.admit(fence, of: lease, at: SystemClock.wall())
        } catch {
            missedLetters.keep(fence, of: lease)
            log.error("the number of a lease cannot be stored yet", ["lease": .text(lease.rawValue), "error": "\(error)"])
            return false
        }
    }
}
