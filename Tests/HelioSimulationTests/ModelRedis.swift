import HelioNode

/// What a Redis does for a farm, as its scripts do it.
struct ModelRedis {
    struct Member {
        var record: MemberRecord
        var end: MonotonicTime
    }

    struct Announced {
        var number: Int64
        var content: MirrorHash
        /// nil as a node has reminded of it that has nothing to send of it.
        var sender: MemberID?
    }

    struct Lease {
        var owner: MemberID
        var end: MonotonicTime
    }

    struct Data {
        var members: [MemberID: Member] = [:]
        var letters: [(position: Int64, letter: FarmLetter)] = []
        var leases: [LeaseName: Lease] = [:]
        var fences: [LeaseName: Int64] = [:]
        var announced: [RepositoryID: Announced] = [:]
        var events: [RepositoryID: [Int64: FarmAnnouncement]] = [:]
    }

    var data = Data()
    var isUp = true
    /// Of an earlier moment, to be restored.
    var dump: Data?

    private func time(_ now: MonotonicTime) -> Int64 { now.nanoseconds / 1_000_000 }

    mutating func register(_ record: MemberRecord, beganAt: MonotonicTime, at now: MonotonicTime) -> Result<FarmReading, JoinRefusal> {
        data.members = data.members.filter { $0.value.end > now }
        let known = data.members[record.id]
        var record = record
        if record.epoch == 0 {
            if let twin = data.members.values.first(where: { $0.record.id != record.id && $0.record.name == record.name }) {
                return .failure(.nameTaken(by: twin.record.id, address: ""))
            }
            record.epoch = max((known?.record.epoch ?? 0) + 1, time(now))
        } else if let known, known.record.epoch > record.epoch {
            return .failure(.replaced(epoch: known.record.epoch))
        }
        data.members[record.id] = Member(record: record, end: now + Membership.expiry)
        let others = data.members.values.map(\.record).filter { $0.id != record.id }
        return .success(FarmReading(beganAt: beganAt, members: others, wasRegistered: known != nil, epoch: record.epoch))
    }

    mutating func send(_ message: FarmMessage, from sender: MemberID, at now: MonotonicTime) {
        let position = max((data.letters.last?.position ?? 0) + 1, now.nanoseconds)
        data.letters.append((position, FarmLetter(sender: sender, message: message)))
    }

    func letters(after cursor: Int64?) -> (letters: [FarmLetter], cursor: Int64) {
        let top = data.letters.last?.position ?? 0
        guard let cursor else { return ([], top) }
        guard cursor < top else { return ([], top) }
        return (data.letters.filter { $0.position > cursor }.map(\.letter), top)
    }

    mutating func ask(_ request: LeaseRequest, _ owner: MemberID, floor: Int64, at now: MonotonicTime) -> LeaseReply {
        switch request {
        case .acquire(let name, let duration):
            if let lease = data.leases[name], lease.end > now { return .refused }
            let fence = max((data.fences[name] ?? 0) + 1, time(now), floor + 1)
            data.leases[name] = Lease(owner: owner, end: now + duration)
            data.fences[name] = fence
            send(.leased(name, fence: fence), from: owner, at: now)
            return .granted(fence: fence)
        case .renew(let name, let fence, let duration):
            guard let lease = data.leases[name], lease.end > now, lease.owner == owner else { return .refused }
            data.leases[name]?.end = now + duration
            return .granted(fence: fence)
        case .release(let name, _):
            if data.leases[name]?.owner == owner { data.leases[name] = nil }
            return .refused
        }
    }

    mutating func propose(_ announcement: FarmAnnouncement, isSent: Bool = false, at now: MonotonicTime) -> ProposalReply {
        let stored = data.announced[announcement.repository]
        if let stored, stored.number >= announcement.number {
            return .taken(number: stored.number, content: stored.content, sender: stored.sender)
        }
        var sender = announcement.sender
        if !isSent, let last = stored?.sender, let member = data.members[last], member.end > now, member.record.standing.state != .stopping,
            member.record.standing.canStore
        {
            sender = last
        }
        data.announced[announcement.repository] = Announced(number: announcement.number, content: announcement.content, sender: sender)
        var settled = announcement
        settled.sender = sender
        data.events[announcement.repository, default: [:]][announcement.number] = settled
        send(.announced(announcement.repository, number: announcement.number), from: announcement.sender, at: now)
        return .accepted(sender: sender)
    }

    mutating func remind(_ last: LastAnnouncement) {
        guard (data.announced[last.repository]?.number ?? 0) < last.number else { return }
        data.announced[last.repository] = Announced(number: last.number, content: last.content, sender: last.sender)
    }
}
