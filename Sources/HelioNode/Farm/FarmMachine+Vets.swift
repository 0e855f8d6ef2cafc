/// A vet of this node that the others are to do, too.
struct OwnVet: Sendable {
    let id: FarmOperationID
    /// This node is through with it.
    var isEnded = false
    /// And has left something unresolved.
    var hasFailed = false
}

/// Vets of the whole farm: every node vets on its own schedule; who holds the lease has the others do it at the same time.
extension FarmMachine {
    mutating func vetStarted(_ id: FarmOperationID, at now: MonotonicTime) {
        guard membership.mayAct(at: now), refusal == nil, !membership.others.isEmpty, ownVet == nil, !ordered.contains(id) else { return }
        ownVet = OwnVet(id: id)
        want(.vet, true, at: now)
    }

    mutating func tookVetLease(at now: MonotonicTime) {
        guard let id = ownVet?.id else { return want(.vet, false, at: now) }
        if let fence = leases[.vet]?.fence(at: now) {
            guard !operations.contains(id) else { return }
            begin(id, [.vet], content: nil, since: now, limit: settings.vetLimit, at: now)
            log(.info, "vet of the farm ordered", ("id", .text(id.description)), ("fence", .text("\(fence)")))
            send(.vet(id, fence: fence))
            if ownVet?.isEnded == true { endOwnVet(at: now) }
        } else if !operations.contains(id) {
            // Another has ordered one, or will: this node vets by itself.
            endOwnVet(at: now)
        }
    }

    mutating func vetEnded(_ ids: [FarmOperationID], failed: Bool, at now: MonotonicTime) {
        for id in ids { answer(id, failed: failed) }
        guard let own = ownVet?.id, ids.contains(own) else { return }
        ownVet?.isEnded = true
        ownVet?.hasFailed = failed
        // So short a vet may be over before the lease is given: then the order follows.
        if operations.contains(own) || leases[.vet]?.question == nil { endOwnVet(at: now) }
    }

    mutating func endOwnVet(at now: MonotonicTime) {
        if let ownVet, ownVet.hasFailed { operations.fail(ownVet.id) }
        ownVet = nil
        want(.vet, false, at: now)
    }
}
