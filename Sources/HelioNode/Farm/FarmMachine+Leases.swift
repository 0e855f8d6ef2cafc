/// What only one node does at a time, and who does it.
extension FarmMachine {
    /// Not all at once when a holder is gone.
    private static let inventoryPause = Duration.seconds(15)

    mutating func want(_ name: LeaseName, _ wanted: Bool, at now: MonotonicTime) {
        if wanted {
            leases[name]?.want(at: now)
        } else if let release = leases[name]?.yield(at: now) {
            effects.append(.lease(release))
            if name == .inventory { log(.info, "releasing database row count metrics lock") }
        }
    }

    mutating func take(_ reply: LeaseReply, of name: LeaseName, at now: MonotonicTime) {
        guard let before = leases[name] else { return }
        let pause = pause(before: name)
        if let release = leases[name]?.take(reply, pause: pause, at: now) { effects.append(.lease(release)) }
        switch name {
        case .inventory: tellInventory(reply, before: before, at: now)
        case .vet: tookVetLease(at: now)
        }
    }

    /// Before the next attempt.
    private mutating func pause(before name: LeaseName) -> Duration {
        switch name {
        case .inventory: Self.inventoryPause + .milliseconds(Int64.random(in: 0...1000, using: &random))
        case .vet: settings.vetLimit
        }
    }

    /// Ordering others about takes most of them. Counting does not: who can read the farm can be given the lease, and whoever is cut off
    /// from it cannot keep it, so the last node of a farm counts, too.
    func mayTake(_ name: LeaseName, at now: MonotonicTime) -> Bool {
        guard refusal == nil else { return false }
        switch name {
        case .inventory: return membership.isFresh(at: now)
        case .vet: return membership.mayAct(at: now)
        }
    }

    mutating func advanceLeases(at now: MonotonicTime) {
        for name in LeaseName.allCases {
            if leases[name]?.isOver(at: now) == true {
                let pause = pause(before: name)
                leases[name]?.expire(pause: pause, at: now)
                if name == .inventory { tellInventoryLost("not extended in time") }
            }
            let mayAct = mayTake(name, at: now)
            guard let request = leases[name]?.advance(mayAct: mayAct, at: now) else { continue }
            effects.append(.lease(request))
            if case .acquire(.inventory, _) = request { log(.info, "attempting to obtain database row count metrics lock") }
        }
    }

    /// The number under which this node does what the lease is for, now.
    public func fence(_ name: LeaseName, at now: MonotonicTime) -> Int64? { leases[name]?.fence(at: now) }

    public func holding(_ name: LeaseName) -> LeaseKeeper.Holding? { leases[name]?.holding }

    /// The node stops: what it holds, or may yet be given, is given back.
    public mutating func release(_ name: LeaseName, at now: MonotonicTime) -> LeaseRequest? { leases[name]?.close(at: now) }

    // MARK: What the log says of the inventory

    /// In the words that operators of GitLab's container registry know.
    private mutating func tellInventory(_ reply: LeaseReply, before: LeaseKeeper, at now: MonotonicTime) {
        switch before.question {
        case .acquire: tellAttempt(reply, at: now)
        case .renew: tellExtension(reply, wasHeld: before.holding != nil)
        case nil: break
        }
    }

    private mutating func tellAttempt(_ reply: LeaseReply, at now: MonotonicTime) {
        inventoryFailures = 0
        if let held = leases[.inventory]?.holding {
            return log(.info, "obtained database row count metrics lock", ("fence", .text("\(held.fence)")))
        }
        let next = leases[.inventory]?.nextAttempt
        let retry = next == nil ? "" : ", will retry..."
        let fields: [(String, LogValue)] = next.map { [("retry_after_s", .duration($0 - now))] } ?? []
        switch reply {
        case .refused: say(.info, "database row count metrics lock already obtained by another instance\(retry)", fields)
        case .granted: say(.warning, "failed to obtain database row count metrics lock\(retry)", [("error", "given too late")] + fields)
        case .unknown(let why):
            say(.warning, "failed to obtain database row count metrics lock\(retry)", [("error", .text(why))] + fields)
        }
    }

    private mutating func tellExtension(_ reply: LeaseReply, wasHeld: Bool) {
        guard wasHeld else { return }
        guard leases[.inventory]?.holding != nil else {
            let why = if case .refused = reply { "another instance may have it" } else { "extended too late" }
            return tellInventoryLost(why)
        }
        if case .unknown(let why) = reply {
            inventoryFailures += 1
            return say(
                .warning, "failed to extend database row count metrics lock",
                [("retry_count", .count(inventoryFailures)), ("error", .text(why))])
        }
        let failures = inventoryFailures
        inventoryFailures = 0
        if failures == 0 { return log(.info, "extended database row count metrics lock") }
        log(.info, "extended database row count metrics lock after failures", ("retry_count", .count(failures)))
    }

    private mutating func tellInventoryLost(_ why: String) {
        log(
            .error, "failed to extend database row count metrics lock, releasing leadership",
            ("retry_count", .count(inventoryFailures)), ("error", .text(why)))
        inventoryFailures = 0
    }

    private mutating func say(_ level: LogLine.Level, _ message: String, _ fields: [(String, LogValue)]) {
        effects.append(.log(LogLine(level, message, fields.map { (key: $0.0, value: $0.1) })))
    }
}
