/// Who is there.
extension FarmMachine {
    var this: MemberID { record.id }

    private static let retry = Duration.seconds(1)
    /// For those who announced something while the coordinator was away to say so.
    private static let publication = Duration.seconds(5)
    /// For what was told meanwhile to be read.
    private static let catchingUp = Duration.seconds(2)

    /// What others act on is told at once; the lag and the content can wait for the next heartbeat.
    mutating func stands(_ standing: Standing, at now: MonotonicTime) {
        let old = record.standing
        record.standing = standing
        if !standing.wantsToWithdraw {
            wantedToWithdrawSince = nil
        } else if wantedToWithdrawSince == nil {
            wantedToWithdrawSince = now
        }
        let matters =
            old.state != standing.state || old.isDraining != standing.isDraining || old.status != standing.status
            || old.isReady != standing.isReady || old.wantsToWithdraw != standing.wantsToWithdraw
        guard matters else { return }
        // At once, and not when serving has ended: another counts then.
        if standing.state == .stopping { want(.inventory, false, at: now) }
        announcements.reconsider()
        if isBeating { owesBeat = true } else { nextBeat = now }
    }

    mutating func beatIfDue(at now: MonotonicTime) {
        guard !isBeating, nextBeat <= now else { return }
        isBeating = true
        owesBeat = false
        nextBeat = now + Membership.heartbeat
        effects.append(.beat(record))
    }

    private mutating func beatEnded(at now: MonotonicTime) {
        isBeating = false
        if owesBeat { nextBeat = now }
    }

    /// - Parameter isReminded: the coordinator knows the numbers that this node knows of what waits, so that the others can be told of it.
    mutating func read(_ reading: FarmReading, isReminded: Bool, at now: MonotonicTime) {
        beatEnded(at: now)
        let before = Set(membership.others.keys)
        let departures = membership.read(reading, memory: settings.viewHold, at: now)
        record.epoch = reading.epoch
        refusal = nil
        tellIgnored(reading.ignored)
        if isOut, hasJoined { log(.info, "farm can be read again") }
        if isOut || !hasJoined { owesPublicationSince = now }
        if let since = owesPublicationSince {
            // Something new comes after it, unless it will never be known.
            if now - since < settings.hold { announcements.pause(until: now + Self.publication) }
            effects.append(.publish)
        }
        isOut = false
        noteMinimum()
        for id in departures.left.sorted() { depart(id, saidGoodbye: true) }
        for id in departures.vanished.sorted() { depart(id, saidGoodbye: false) }
        for id in membership.others.keys.sorted() where !before.contains(id) { arrived(id) }
        for member in membership.others.values where !member.standing.takesTraffic { announcements.excuse(member.id) }
        for id in membership.storing { absentSince[id] = nil }
        announcements.expect(Set(membership.serving))
        if isReminded { tellAgain(at: now) }
        forgetOwed(at: now)
        for repository in announcements.lines.keys { confirm(repository) }
        announcements.reconsider()
        if !hasJoined {
            hasJoined = true
            log(.info, "joined the farm", ("members", .count(membership.others.count + 1)), ("epoch", .text("\(reading.epoch)")))
            nextOrphanSearch = now + Self.catchingUp
        }
        if !departures.left.isEmpty || !departures.vanished.isEmpty { nextOrphanSearch = min(nextOrphanSearch, now + Self.catchingUp) }
    }

    private mutating func tellIgnored(_ count: Int) {
        if count > 0, count != ignoredRecords { log(.warning, "records of members that cannot be right are ignored", ("count", .count(count))) }
        ignoredRecords = count
    }

    private mutating func arrived(_ id: MemberID) {
        guard hasJoined, let member = membership.others[id] else { return }
        log(.info, "member joined", ("name", .text(member.name)), ("id", .text(id.text)), ("state", .text(member.standing.state.rawValue)))
    }

    private mutating func depart(_ id: MemberID, saidGoodbye: Bool) {
        if saidGoodbye {
            log(.info, "member left", ("id", .text(id.text)))
            announcements.excuse(id)
        } else {
            log(.warning, "member vanished", ("name", .text(membership.name(of: id) ?? "")), ("id", .text(id.text)))
        }
        operations.giveUp(on: id, saidGoodbye: saidGoodbye)
        for repository in storing.keys { storing[repository]?.awaited.remove(id) }
    }

    mutating func unread(_ why: String, at now: MonotonicTime) {
        beatEnded(at: now)
        nextBeat = now + Self.retry
        guard !isOut, !membership.isFresh(at: now), now - startedAt > Self.publication else { return }
        isOut = true
        log(.warning, "farm cannot be read: the last view stays", ("error", .text(why)), ("members", .count(membership.others.count + 1)))
        announcements.reconsider()
    }

    /// A node that is refused when it starts does not start; one that is running goes on serving, outside the farm.
    mutating func refused(_ why: JoinRefusal, at now: MonotonicTime) {
        beatEnded(at: now)
        nextBeat = now + Membership.heartbeat
        guard refusal != why else { return }
        refusal = why
        effects.append(.joinRefused(why, isFirst: !hasJoined))
    }

    /// The guard is over once the farm has had enough; it begins anew with a farm in which nobody is SYNCHRONIZED.
    private mutating func noteMinimum() {
        let others = membership.others.values
        let count = others.count(where: \.standing.countsAsSynchronized) + (record.standing.countsAsSynchronized ? 1 : 0)
        let most = others.map(\.mostSynchronized).max() ?? 0
        record.mostSynchronized = count == 0 ? 0 : max(count, record.mostSynchronized, most)
    }

    // MARK: The view

    public func view(at now: MonotonicTime) -> FarmView {
        if settings.isAlone { return .alone }
        let isRemembered = membership.age(at: now).map { $0 <= settings.viewHold } ?? false
        let floor = Floor(this: this, others: Array(membership.others.values))
        let isFresh = membership.isFresh(at: now)
        return FarmView(
            nodeCount: membership.others.count + 1,
            othersSynchronized: isRemembered ? membership.others.values.count(where: \.standing.countsAsSynchronized) : 0,
            othersReady: isFresh ? floor.othersReady : 0, minimum: settings.minimumSynchronized,
            minimumWasReached: record.mostSynchronized >= settings.minimumSynchronized,
            mayWithdraw: isFresh
                && floor.mayWithdraw(isReady: record.standing.isReady, wantedSince: wantedToWithdrawSince, readAt: membership.lastReading),
            readAt: membership.lastReading, mayAct: membership.mayAct(at: now))
    }

    mutating func publishView(at now: MonotonicTime) {
        let view = view(at: now)
        guard view != publishedView else { return }
        publishedView = view
        effects.append(.view(view))
    }
}
