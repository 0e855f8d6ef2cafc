/// Comparing everything with the upstream, and repairing what differs.
extension NodeMachine {
    private static let vetReportsKept = 20
    /// How many that are asked for may wait. A vet answers them all, but the first one may be days away, and somebody may ask every minute.
    static let vetRequestsKept = 64

    var takesVets: Bool { vetRequests.count < Self.vetRequestsKept }

    mutating func vetRequested(_ id: RunID, at now: Moment) {
        guard isWorking, takesVets else {
            effects.append(.vetRefused(id))
            guard let leftOut = refusedVets.take(at: now.monotonic) else { return }
            return log(
                .warning, "a vet is refused", ("id", .text(id.description)), ("waiting", .count(vetRequests.count)),
                ("left_out", .count(leftOut)))
        }
        vetRequests.append(id)
    }

    mutating func startDueVet(at now: Moment) {
        guard vet == nil else { return }
        guard isVetDue(at: now) else { return }
        let ids = vetRequests.isEmpty ? [RunID(using: &random)] : vetRequests
        vetRequests = []
        nextVet = nil
        if paysVet { owesVet = false }
        owesGateVet = false
        vet = Vet(ids: ids, startedAt: now, repositories: catalogue.ids)
        happened(.vetStarted(ids[0], repositories: catalogue.counts.total))
        log(.info, "vet started", ("id", .text(ids[0].description)), ("repositories", .count(catalogue.counts.total)))
    }

    /// The stored list stood in for an upstream that answers now.
    private var paysVet: Bool { owesVet && contact.last != nil && discovery.storing.isEmpty }

    private func isVetDue(at now: Moment) -> Bool {
        let isTime = nextVet.map { $0 <= now.monotonic }
        switch state {
        // The gate to SYNCHRONIZED: one vet once the first list is through; after one that left something open, a later one.
        case .metadataSynchronized:
            return !holdsVet && (isTime ?? true || !vetRequests.isEmpty || owesGateVet)
        case .synchronized: return isTime ?? false || !vetRequests.isEmpty || paysVet
        case .starting, .bootstrapping, .bootstrapped, .stopping, .error: return false
        }
    }

    /// The gate waits for the first list, and for nothing that a clock could tell.
    private var holdsVet: Bool { state == .metadataSynchronized && (firstListLeft?.isEmpty != true || verifyingStored != nil) }

    /// When time lets a vet begin; nil while something else keeps it.
    var dueVet: MonotonicTime? { holdsVet ? nil : nextVet }

    mutating func advanceVet(at now: Moment) {
        while let batch = vet?.nextBatch(at: now.monotonic), !batch.isEmpty { compare(batch) }
        guard let done = vet, done.isDone else { return }
        vet = nil
        let report = VetReport(
            ids: done.ids, classes: done.classes, unresolved: done.unresolved, startedAt: done.startedAt, endedAt: now)
        vetReports.append(report)
        if vetReports.count > Self.vetReportsKept { vetReports.removeFirst() }
        let wait = report.unresolved == 0 || state == .synchronized ? settings.vetInterval : min(settings.syncInterval, .seconds(60))
        nextVet = now.monotonic + wait
        effects.append(.vetEnded(report))
        logEnd(of: report)
    }

    private mutating func compare(_ batch: [RepositoryID]) {
        let entries = batch.compactMap { catalogue[$0] }
        for gone in Set(batch).subtracting(entries.map(\.repository.id)) { vet?.forget(gone) }
        guard let id = vet?.id, !entries.isEmpty else {
            vet?.batchEnded()
            return
        }
        let heads = entries.compactMap { entry in entry.head.map { (entry.repository.id, $0) } }
        effects.append(.compare(id, entries.map(\.repository), heads: Dictionary(uniqueKeysWithValues: heads)))
    }

    private mutating func logEnd(of report: VetReport) {
        var fields = VetClass.allCases.map { (key: $0.rawValue, value: LogValue.count(report.count($0))) }
        fields.insert((key: "id", value: .text(report.id.description)), at: 0)
        fields.append((key: "unresolved", value: .count(report.unresolved)))
        fields.append((key: "seconds", value: .duration(report.duration)))
        effects.append(.log(LogLine(.info, "vet ended", fields)))
    }

    mutating func compared(_ id: RunID, _ comparisons: [Comparison], at now: Moment) {
        guard vet?.id == id else { return }
        vet?.batchEnded()
        for comparison in comparisons { judge(comparison, at: now) }
    }

    private mutating func judge(_ comparison: Comparison, at now: Moment) {
        let id = comparison.repository
        guard let begun = vet?.compared(id), let entry = catalogue[id] else {
            vet?.forget(id)
            return
        }
        if case .success = comparison.upstream { contact.reached(id, at: now) }
        let isCurrent = isCurrent(entry, since: begun)
        let outcome = judgement(of: comparison, entry, isCurrent: isCurrent)
        let needsRepair = Self.needsRepair(outcome, comparison)
        vet?.judged(id, as: outcome, needsRepair: needsRepair && entry.quarantinedSince == nil, at: now.monotonic)
        if isCurrent { take(comparison.ours, of: entry, at: now) }
        guard needsRepair else {
            if isCurrent, outcome == .equal {
                catalogue.update(id) { ($0.behindSince, $0.confirmedAt) = (nil, max($0.confirmedAt ?? begun, begun)) }
            }
            return noteLag(of: id)
        }
        repair(entry, comparison, outcome, at: now)
    }

    /// What the vet has found on disk. A copy that is not there, or cannot be read for its own sake, is none until it is repaired: no
    /// listing may take it for what it was.
    private mutating func take(_ ours: Result<MirrorHash?, Failure>, of entry: RepositoryEntry, at now: Moment) {
        let id = entry.repository.id
        switch ours {
        case .success(let real?): if real != entry.content { catalogue.update(id) { $0.content = real } }
        case .success(nil): if entry.hasCopy { loseCopy(of: id, at: now) }
        case .failure(let failure): if entry.hasCopy, failure.reason == .corrupt { loseCopy(of: id, at: now) }
        }
    }

    private mutating func repair(_ entry: RepositoryEntry, _ comparison: Comparison, _ outcome: VetClass, at now: Moment) {
        let id = entry.repository.id
        if outcome == .mismatch {
            log(.error, "copy differs from what it was synchronised to", ("repository", .text(entry.repository.name.description)))
        }
        if Self.isBehind(entry, comparison, outcome) { catalogue.update(id) { $0.behindSince = $0.behindSince ?? now.monotonic } }
        noteLag(of: id)
        var rebuild = false
        if case .failure(let failure) = comparison.ours { rebuild = failure.reason == .corrupt }
        enqueue(id, .vet, at: now, rebuild: rebuild)
    }

    /// Whether a reading that began then still tells what is on disk.
    func isCurrent(_ entry: RepositoryEntry, since begun: MonotonicTime) -> Bool {
        !queue.isRunning(entry.repository.id) && (entry.lastChange.map { $0 <= begun } ?? true)
    }

    /// What changed while the vet was reading is no mismatch: the two sides were read at different moments.
    private func judgement(of comparison: Comparison, _ entry: RepositoryEntry, isCurrent: Bool) -> VetClass {
        let outcome = comparison.classify(remembered: entry.content)
        guard outcome == .mismatch, case .success = comparison.ours else { return outcome }
        return isCurrent ? outcome : .lagging
    }

    /// Only an upstream that answered has shown that there is something to be behind of, and a copy that could not be read holds what it
    /// held, for all that is known.
    private static func isBehind(_ entry: RepositoryEntry, _ comparison: Comparison, _ outcome: VetClass) -> Bool {
        guard case .success(let there) = comparison.upstream else { return false }
        return outcome != .unknown || there != .unknown && there != entry.content
    }

    /// What could not be read, here or there, is read again through the queue, whose retries and quarantine settle it.
    private static func needsRepair(_ outcome: VetClass, _ comparison: Comparison) -> Bool {
        switch outcome {
        case .equal: return false
        case .lagging, .missing, .mismatch, .extra: return true
        case .unknown:
            if case (.success, .success) = (comparison.ours, comparison.upstream) { return false }
            return true
        }
    }
}
