/// What operators, hooks and sensors tell the node.
extension NodeMachine {
    /// Whether a synchronisation or maintenance works on the copy.
    public func isBusy(with id: RepositoryID) -> Bool { queue.isRunning(id) || maintenance.current == id }

    mutating func syncRequested(_ id: RunID, _ scope: RunScope, acceptDeletions: Bool, at now: Moment) {
        guard runs[id] == nil, isWorking, state != .starting else { return }
        _ = claimRun(id, .requested, scope, acceptDeletions: acceptDeletions, at: now)
        guard !acceptDeletions, case .repository(let name) = scope, let known = catalogue.id(named: name) else {
            discovery.waiting.append(id)
            return
        }
        var plan = RunPlan()
        if let project = catalogue[known]?.repository.project.id { plan.add(known, of: project, isEqual: false) }
        begin(id, plan, at: now)
        enqueue(known, .notify, at: now, run: id)
    }

    mutating func notified(_ name: RepositoryName, at now: Moment) {
        guard let id = catalogue.id(named: name) else { return find(name, at: now) }
        enqueue(id, .notify, at: now)
    }

    /// What has not begun will not begin any more, and is settled while there is still somebody to see it. What runs may end well.
    mutating func terminate(at now: Moment) {
        guard isWorking else { return }
        transition(to: .stopping, because: "asked to stop", at: now)
        cutDiscovery(at: now)
        queue.removeAllWaiting()
        cutWaiting(besides: Array(queue.running.values), at: now)
        closeUnplannedRuns(at: now)
    }

    mutating func drain(_ reason: String, isKept: Bool) {
        setDrain(reason, isKept: isKept)
        log(.info, "draining", ("reason", .text(reason)), ("kept", .text(isKept ? "over restarts" : "until a restart")))
    }

    mutating func undrain() {
        let wasDraining = draining != nil
        setDrain(nil, isKept: false)
        if wasDraining { log(.info, "no longer draining") }
    }

    /// Before the store is open, nothing can be kept in it; what it has then gives way to this. That nothing is kept is written whatever is
    /// known of it: it may not have been readable.
    private mutating func setDrain(_ reason: String?, isKept: Bool) {
        if isStorageOpen, isKept || drainIsKept || reason == nil { effects.append(.rememberDrain(isKept ? reason : nil)) }
        (draining, drainIsKept, drainWasSet) = (reason, isKept, true)
    }

    mutating func reconfigured(_ new: NodeSettings, at now: Moment) {
        settings = new
        // A shorter interval takes effect now, not after the longer one.
        if let next = discovery.nextPass { discovery.nextPass = min(next, now.monotonic + new.syncInterval) }
        if let next = nextVet { nextVet = min(next, now.monotonic + new.vetInterval) }
    }

    mutating func diskMeasured(free: Int64, total: Int64) {
        let level = settings.disk.level(free: free, total: total)
        guard level != diskLevel else { return }
        diskLevel = level
        let fields = [(key: "freeBytes", value: LogValue.count(Int(free))), (key: "totalBytes", value: .count(Int(total)))]
        switch level {
        case .enough: effects.append(.log(LogLine(.info, "disk space is enough again", fields)))
        case .low: effects.append(.log(LogLine(.warning, "disk space is low", fields)))
        case .stop: effects.append(.log(LogLine(.error, "disk space is out: no new synchronisation starts", fields)))
        }
    }

    mutating func storeMeasured(_ isWritable: Bool) {
        guard isWritable != isStoreWritable else { return }
        isStoreWritable = isWritable
        if isWritable { log(.info, "store is writable again") } else { log(.error, "store is not writable") }
    }
}
