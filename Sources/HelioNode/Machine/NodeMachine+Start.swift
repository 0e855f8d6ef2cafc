/// The way from STARTING to SYNCHRONIZED.
extension NodeMachine {
    mutating func storageOpened(draining stored: String?, at now: Moment) {
        isStorageOpen = true
        if drainWasSet {
            if stored != nil || drainIsKept { effects.append(.rememberDrain(keptDrain)) }
        } else if let stored {
            (draining, drainIsKept) = (stored, true)
            log(.warning, "still draining", ("reason", .text(stored)))
        }
        transition(to: .bootstrapping, because: "storage open", at: now)
    }

    mutating func recovered(_ stored: StoredNode, at now: Moment) {
        for var entry in stored.entries {
            entry.isNotedBehind = entry.behindSince != nil
            if !entry.hasCopy { entry.behindSince = entry.behindSince ?? now.monotonic }
            entry.lastChange = now.monotonic
            entry.knownSince = now.monotonic
            catalogue.insert(entry)
        }
        for deletion in stored.deletions {
            purgeGuard.recordDeletions(deletion.count, at: now.monotonic - deletion.age)
        }
        runs.adopt(stored.runs)
        wasSynchronized = stored.wasSynchronized
        recoveredAt = now.monotonic
        hashing.append(catalogue.entries.filter(\.isHashUnknown).map(\.repository.id))
    }

    /// When a node that cannot see its farm goes on alone. It does not ask before its copies have been looked through, which may take long.
    var farmWaitEnds: MonotonicTime? {
        guard state == .bootstrapping, let recoveredAt, let wait = settings.farmJoinWait else { return nil }
        return recoveredAt + wait
    }

    /// Nothing is known of the farm yet, and there is still hope.
    var awaitsFarm: Bool { farm.hasCoordinator && farm.readAt == nil && (state == .starting || state == .bootstrapping) }

    /// A farm of one is joined at once.
    mutating func joinFarm(at now: Moment) {
        guard state == .bootstrapping, recoveredAt != nil else { return }
        if !farm.hasCoordinator {
            transition(to: .bootstrapped, because: "standalone", at: now)
        } else if farm.readAt != nil {
            transition(to: .bootstrapped, because: "joined", at: now)
        } else if let end = farmWaitEnds, end <= now.monotonic {
            transition(to: .bootstrapped, because: "no_farm_view", at: now)
        } else {
            return
        }
        discovery.nextPass = now.monotonic
    }

    mutating func startFailed(_ why: String, at now: Moment) {
        log(.error, "start failed", ("cause", .text(why)))
        transition(to: .error, because: why, at: now)
    }

    /// A node that is at work goes on working; one that starts has no business here.
    mutating func joinRefused(_ why: String, at now: Moment) {
        guard state == .starting || state == .bootstrapping else { return }
        startFailed(why, at: now)
    }

    /// When a node that was complete before stops waiting for a silent upstream. A list of URLs is known at once, so there the
    /// silence is met one state later.
    var storedListDue: MonotonicTime? {
        guard wasSynchronized, verifyingStored == nil, contact.last == nil else { return nil }
        guard state == .bootstrapped || state == .metadataSynchronized else { return nil }
        return stateSince.monotonic + settings.upstreamWait
    }

    /// An upstream outage must not take complete nodes out: the stored list stands, once the copies on disk prove good. Nothing else can
    /// be had, so a change that was seen and not fetched any more is lag, and what was listed and never copied waits for the upstream.
    mutating func fallBackToStoredList(at now: Moment) {
        guard let due = storedListDue, due <= now.monotonic else { return }
        let copies = catalogue.entries.filter(\.hasCopy).map(\.repository.id)
        verifyingStored = Set(copies)
        transition(to: .metadataSynchronized, because: "stored", at: now)
        beginFirstList(Set(catalogue.entries.filter { $0.hasCopy || $0.initialSync != nil }.map(\.repository.id)))
        hashing.append(copies)
    }

    mutating func beginFirstList(_ ids: Set<RepositoryID>) {
        firstListLeft = ids.filter { id in
            guard let entry = catalogue[id] else { return false }
            return !isComplete(entry)
        }
        firstListSize = ids.count
    }

    /// Synchronised, or set aside so that it does not hold the farm.
    private func isComplete(_ entry: RepositoryEntry) -> Bool {
        switch entry.status {
        case .synchronized: true
        case .quarantined: !settings.quarantineBlocksSynchronized
        case .behind: verifyingStored != nil && entry.hasCopy
        case .waiting: false
        }
    }

    /// A repository's situation changed: it may have been the last one that the first list waited for.
    mutating func noteFirstList(_ id: RepositoryID) {
        guard firstListLeft?.contains(id) == true else { return }
        guard let entry = catalogue[id], !isComplete(entry) else {
            firstListLeft?.remove(id)
            return
        }
    }

    /// It was through already, and holds the node again.
    mutating func reopenFirstList(for id: RepositoryID) {
        firstListLeft?.insert(id)
        firstListSize = max(firstListSize, firstListLeft?.count ?? 0)
        owesGateVet = true
    }

    mutating func hashCopies(at now: Moment) {
        while true {
            let batch = hashing.nextBatch(at: now.monotonic)
            if batch.isEmpty { return }
            let repositories = batch.compactMap { catalogue[$0]?.repository }
            for gone in Set(batch).subtracting(repositories.map(\.id)) {
                _ = hashing.ended(gone)
                verifyingStored?.remove(gone)
            }
            if repositories.isEmpty { hashing.batchEnded() } else { effects.append(.hash(repositories)) }
        }
    }

    mutating func hashed(_ hashes: [RepositoryID: MirrorHash?], at now: Moment) {
        hashing.batchEnded()
        for (id, hash) in hashes.sorted(by: { $0.key < $1.key }) {
            if let begun = hashing.ended(id) { verified(id, hash, readSince: begun, at: now) }
            verifyingStored?.remove(id)
            noteFirstList(id)
        }
    }

    /// Our copy was read from disk. What we believed stays only where the disk agrees.
    private mutating func verified(_ id: RepositoryID, _ hash: MirrorHash?, readSince begun: MonotonicTime, at now: Moment) {
        guard let entry = catalogue[id], isCurrent(entry, since: begun) else { return }
        if let hash {
            catalogue.update(id) { $0.content = hash; $0.hasCopy = true }
            if entry.hasCopy, entry.content == .unknown || entry.content == hash { return }
            log(.warning, "copy is not what was stored", ("repository", .text(entry.repository.name.description)))
        } else {
            loseCopy(of: id, at: now)
        }
        enqueue(id, .vet, at: now, rebuild: hash == nil)
    }

    /// Our copy is missing or unreadable: until it is made anew the node has none.
    mutating func loseCopy(of id: RepositoryID, at now: Moment) {
        log(.warning, "copy is missing or unreadable", ("repository", .text(catalogue[id]?.repository.name.description ?? "")))
        catalogue.update(id) { $0.content = .unknown; $0.hasCopy = false; $0.behindSince = $0.behindSince ?? now.monotonic }
        effects.append(.noteLost(id))
        noteLag(of: id)
        guard firstListLeft != nil, state != .synchronized else { return }
        firstListLeft?.insert(id)
        firstListSize = max(firstListSize, firstListLeft?.count ?? 0)
    }

    mutating func reachSynchronizedOnStored(at now: Moment) {
        guard verifyingStored?.isEmpty == true, state == .metadataSynchronized else { return }
        guard firstListLeft?.isEmpty == true else { return }
        transition(to: .synchronized, because: "stored", at: now)
        nextVet = nil
        owesVet = true
    }

    /// The last gate: the first list is through, and one vet since then has run to its end with everything resolved.
    mutating func reachSynchronized(at now: Moment) {
        guard state == .metadataSynchronized, verifyingStored == nil, vet == nil, !owesGateVet else { return }
        guard firstListLeft?.isEmpty == true, let report = vetReports.last, report.unresolved == 0 else { return }
        transition(to: .synchronized, because: "first synchronisation and vet complete", at: now)
        wasSynchronized = true
        effects.append(.rememberSynchronized)
    }
}
