/// Which repositories wait to be synchronised, and which are being synchronised.
///
/// One entry per repository: a second request merges into the first. Notified repositories go first, projects take turns, and
/// at most `concurrency` jobs run. A repository asked for while its job runs is queued behind it: the job may have read the
/// upstream before the change that the request is about.
struct SyncQueue: Sendable {
    private(set) var waiting: [RepositoryID: SyncRequest] = [:]
    private(set) var running: [RepositoryID: SyncJob] = [:]
    private var urgent = FairLanes()
    private var ordinary = FairLanes()
    private var delayed = TimeHeap<FairLanes.Ticket>()
    private var tickets: [RepositoryID: UInt64] = [:]
    /// Since when each could have begun.
    private var dueSince = AgeIndex()
    private var lastTicket: UInt64 = 0
    private var lastJob: UInt64 = 0

    func isRunning(_ id: RepositoryID) -> Bool { running[id] != nil }

    /// - Returns: the job under way, which is to be cancelled; nil when there is none.
    mutating func removeWhenDone(_ id: RepositoryID) -> JobID? {
        running[id]?.removeWhenDone = true
        return running[id]?.id
    }

    /// Since when the one that waits for longest could have begun; in the future when all are held back.
    var oldestDue: MonotonicTime? { dueSince.oldest }

    /// - Returns: up to `limit` that wait, those that could have begun for longest.
    func oldest(_ limit: Int) -> [SyncRequest] { dueSince.oldest(limit).compactMap { waiting[$0] } }

    /// When the next delayed entry comes due.
    var nextDue: MonotonicTime? { delayed.earliest?.time }

    mutating func enqueue(_ request: SyncRequest, now: MonotonicTime) {
        let id = request.repository
        let before = waiting[id]
        let merged = before.map { $0.merging(request) } ?? request
        waiting[id] = merged
        dueSince.set(id, merged.dueSince)
        // A request that changes nothing about its turn keeps the place that it has waited for.
        if let before, tickets[id] != nil, before.isUrgent == merged.isUrgent {
            if before.notBefore == merged.notBefore || max(before.notBefore, merged.notBefore) <= now { return }
        }
        place(merged, now: now)
    }

    mutating func remove(_ id: RepositoryID) -> SyncRequest? {
        tickets[id] = nil
        dueSince.set(id, nil)
        return waiting.removeValue(forKey: id)
    }

    mutating func removeAllWaiting() {
        (waiting, tickets, dueSince) = ([:], [:], AgeIndex())
        (urgent, ordinary, delayed) = (FairLanes(), FairLanes(), TimeHeap())
    }

    /// None of these runs waits for anything any more.
    mutating func forget(_ runs: Set<RunID>) {
        for place in waiting.values.indices { waiting.values[place].runs.subtract(runs) }
    }

    /// The next request whose repository is free, now running as a job.
    mutating func start(
        now: MonotonicTime, concurrency: Int, isBusy: (RepositoryID) -> Bool, make: (SyncRequest, JobID) -> SyncJob?
    ) -> SyncJob? {
        guard running.count < concurrency else { return nil }
        while let ticket = urgent.popFirst() ?? ordinary.popFirst() {
            guard tickets[ticket.repository] == ticket.number, let request = waiting[ticket.repository] else { continue }
            tickets[ticket.repository] = nil
            // What is busy comes back through `release`, with its place at the end of its lane.
            if running[ticket.repository] != nil || isBusy(ticket.repository) { continue }
            waiting[ticket.repository] = nil
            dueSince.set(ticket.repository, nil)
            lastJob += 1
            guard let job = make(request, JobID(lastJob)) else { continue }
            running[ticket.repository] = job
            return job
        }
        return nil
    }

    /// The job ended; what was asked for meanwhile gets its place back.
    mutating func finish(_ id: RepositoryID, now: MonotonicTime) -> SyncJob? {
        defer { release(id, now: now) }
        return running.removeValue(forKey: id)
    }

    mutating func release(_ id: RepositoryID, now: MonotonicTime) {
        if let request = waiting[id], tickets[id] == nil { place(request, now: now) }
    }

    private mutating func place(_ request: SyncRequest, now: MonotonicTime) {
        lastTicket += 1
        let ticket = FairLanes.Ticket(repository: request.repository, number: lastTicket)
        tickets[request.repository] = lastTicket
        if request.notBefore > now {
            delayed.insert(ticket, at: request.notBefore)
        } else if request.isUrgent {
            urgent.append(ticket, project: request.project)
        } else {
            ordinary.append(ticket, project: request.project)
        }
    }

    /// Delayed entries whose time has come get their place; so `nextDue` is never in the past for long.
    mutating func ripen(now: MonotonicTime) {
        while let (due, ticket) = delayed.earliest, due <= now {
            delayed.popEarliest()
            guard tickets[ticket.repository] == ticket.number, let request = waiting[ticket.repository] else { continue }
            place(request, now: now)
        }
    }
}
