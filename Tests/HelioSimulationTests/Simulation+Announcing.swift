import HelioNode

/// Announcements in the model.
extension Simulation {
    /// What a node knows was announced, for a Redis that may have lost it.
    mutating func remind(_ repositories: some Sequence<RepositoryID>, by index: Int) {
        guard remindsRedis, redis.isUp, nodes[index].seesRedis else { return }
        for id in repositories { if let last = nodes[index].store.last(id) { redis.remind(last) } }
    }

    func isMember(_ index: Int) -> Bool { nodes[index].farm.hasJoined && nodes[index].farm.currentRefusal == nil }

    mutating func hold(_ change: HeldChange, listedAt: MonotonicTime, on index: Int) {
        if isMember(index) { remind([change.repository], by: index) }
        feed(index, .held(change, .incremental, listedAt: listedAt))
    }

    mutating func propose(_ proposal: Proposal, on index: Int) {
        let id = proposal.repository
        let store = nodes[index].store
        guard let held = store.held.first(where: { $0.id == proposal.held }) else {
            return feed(index, .settled(id, remaining: store.remaining(id)))
        }
        let number = (store.announcedNumber[id] ?? 0) + 1
        let announcement = FarmAnnouncement(
            repository: id, number: number, content: held.content, sender: nodes[index].id, webhookID: "", body: [1], changes: nil)
        if proposal.isAlone {
            checkBarrier(proposal, held, on: index)
            return take(announcement, isPublished: false, on: index)
        }
        guard redis.isUp, nodes[index].seesRedis else { return feed(index, .proposalFailed(id)) }
        let reply = redis.propose(announcement, at: now)
        // The answer may be lost: then the same proposal comes again.
        if Int.random(in: 0..<20, using: &random) == 0 { return feed(index, .proposalFailed(id)) }
        switch reply {
        case .accepted(let sender):
            checkBarrier(proposal, held, on: index)
            var settled = announcement
            settled.sender = sender
            take(settled, isPublished: true, on: index)
        case .taken(let number, let content, let sender):
            if takeMissed(id, to: number, on: index) { return }
            if number == announcement.number, content == announcement.content, let sender {
                var settled = announcement
                settled.sender = sender
                return take(settled, isPublished: true, on: index)
            }
            nodes[index].store.catchUp(id, number, content)
            if nodes[index].store.behind[id] != nil { feed(index, NodeEvent.notified(Self.described[Int(id.value) - 1].name)) }
            feed(index, .settled(id, remaining: nodes[index].store.remaining(id)))
        }
    }

    private mutating func take(_ announcement: FarmAnnouncement, isPublished: Bool, on index: Int) {
        let id = announcement.repository
        let isNew = nodes[index].store.adopt(announcement, isPublished: isPublished, at: now)
        let remaining = nodes[index].store.remaining(id)
        if isNew, nodes[index].store.behind[id] != nil {
            schedule(.node(index, boot: nodes[index].boot, .notified(Self.described[Int(id.value) - 1].name)), in: .milliseconds(1))
        }
        if isNew { note("\(nodes[index].name) has announcement \(announcement.number) of r\(id.value - 1): v\(version(announcement.content))") }
        feed(
            index,
            isNew
                ? .adopted(id, number: announcement.number, sender: announcement.sender, remaining: remaining)
                : .settled(id, remaining: remaining))
    }

    mutating func adopt(_ id: RepositoryID, _ number: Int64, on index: Int) {
        guard (nodes[index].store.announcedNumber[id] ?? -1) < number else { return }
        guard redis.isUp, nodes[index].seesRedis else {
            return schedule(.effect(index, boot: nodes[index].boot, .adopt(id, number: number)), in: .seconds(5))
        }
        _ = takeMissed(id, to: number, isHeard: true, on: index)
    }

    private mutating func takeMissed(_ id: RepositoryID, to number: Int64, isHeard: Bool = false, on index: Int) -> Bool {
        let known = nodes[index].store.announcedNumber[id] ?? 0
        guard known < number else { return true }
        guard let events = redis.data.events[id], let last = events[number],
            let first = known > 0 ? known + 1 : firstMissed(upTo: last, of: events, isHeard: isHeard, on: index)
        else { return false }
        for missed in first...number {
            if let event = events[missed] { take(event, isPublished: true, on: index) }
        }
        return true
    }

    /// From where on a node that knows of none takes them.
    private func firstMissed(
        upTo last: FarmAnnouncement, of events: [Int64: FarmAnnouncement], isHeard: Bool, on index: Int
    ) -> Int64? {
        guard last.sender != nodes[index].id else { return 1 }
        let held = nodes[index].store.held.filter { $0.repository == last.repository }.map(\.content)
        let place = held.lastIndex(of: last.content)
        guard isHeard || place != nil else { return nil }
        var (first, before) = (last.number, held[..<(place ?? held.endIndex)])
        while let earlier = events[first - 1], let index = before.lastIndex(of: earlier.content) {
            (first, before) = (first - 1, before[..<index])
        }
        return first
    }

    /// What may go goes, and the receiver takes it.
    mutating func release(_ id: RepositoryID, on index: Int, of senders: (MemberID) -> Bool) {
        for event in nodes[index].store.events.indices {
            let standby = nodes[index].store.events[event]
            guard standby.announcement.repository == id, senders(standby.announcement.sender), !standby.isDone else { continue }
            nodes[index].store.events[event].isDone = true
            let announcement = standby.announcement
            note("\(nodes[index].name) sends \(announcement.number) of r\(id.value - 1): v\(version(announcement.content))")
            told.append(Told(repository: id, number: announcement.number, content: announcement.content, sender: nodes[index].id))
            feed(index, .delivered(id, number: announcement.number, endpoint: "ci"))
        }
    }

    mutating func publish(_ index: Int) {
        for event in nodes[index].store.events.indices where !nodes[index].store.events[event].isPublished {
            guard redis.isUp, nodes[index].seesRedis else { return }
            _ = redis.propose(nodes[index].store.events[event].announcement, isSent: true, at: now)
            nodes[index].store.events[event].isPublished = true
        }
        feed(index, .published)
    }

    mutating func findOrphans(_ present: Set<MemberID>, on index: Int) {
        let waiting = nodes[index].store.events.filter { !$0.isDone && !present.contains($0.announcement.sender) }
        let orphans = waiting.map { Orphan(repository: $0.announcement.repository, sender: $0.announcement.sender, age: now - $0.since) }
        feed(index, .orphans(orphans))
    }
}
