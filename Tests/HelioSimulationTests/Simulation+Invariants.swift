@testable import HelioNode

/// What must hold.
extension Simulation {
    /// At every look.
    mutating func checkAlways() {
        for index in nodes.indices {
            let serves = nodes[index].isLive && nodes[index].code == 200
            nodes[index].servesSince = serves ? nodes[index].servesSince ?? now : nil
        }
        for index in nodes.indices where nodes[index].isLive && nodes[index].node.draining == nil { checkStatus(index) }
        checkReadiness()
        checkLeases()
        if let healedAt, now - healedAt > Self.convergence { checkViews() }
    }

    /// For others to hear of a node that takes traffic now: a hint may be lost, and a heartbeat slow.
    private static let news = Membership.heartbeat + .milliseconds(3500)
    /// A registration that ends, and a heartbeat to see it.
    private static let troubled = Membership.expiry + Membership.heartbeat + .seconds(2)
    /// As the settings of the simulation are, whatever a test breaks in them.
    private static let viewHold = Duration.seconds(40)
    /// For the machines to be woken.
    private static let slack = Duration.seconds(2)
    /// Two heartbeats, and a command under way when the network came back.
    private static let convergence = Membership.heartbeat + Membership.heartbeat + .seconds(4)

    private mutating func checkStatus(_ index: Int) {
        let (state, code, name) = (nodes[index].node.state, nodes[index].code, nodes[index].name)
        if state == .synchronized, code != 200 { fail("\(name) is SYNCHRONIZED and answers \(code)") }
        if nodes[index].isStrict {
            if code == 200, state != .synchronized { fail("strict \(name) answers 200 in \(state.rawValue)") }
            return
        }
        // Nobody is kept out for good by what it remembers; one that was stopped needs a moment to find out how old that is.
        guard code != 200, state == .bootstrapped || state == .metadataSynchronized, now - nodes[index].runsSince > Self.slack else { return }
        let age = nodes[index].node.farm.readAt.map { now - $0 } ?? .seconds(1_000_000)
        if age > Self.viewHold + Self.slack { fail("\(name) answers \(code) by a view that is \(age) old") }
    }

    /// What hits all nodes together never empties the pool of `/readyz`.
    private mutating func checkReadiness() {
        // One that was stopped needs a moment to find out how old what it knows is.
        guard now - nodesTroubledAt > Self.troubled else { return }
        let candidates = nodes.indices.filter { index in
            nodes[index].isLive && now - nodes[index].runsSince > Self.slack && nodes[index].node.state == .synchronized
                && nodes[index].node.draining == nil
        }
        guard !candidates.isEmpty else { return }
        if !candidates.contains(where: { nodes[$0].node.snapshot().readiness(at: now).isReady }) {
            fail("none of \(candidates.map { nodes[$0].name }) is ready")
        }
    }

    /// Two may believe to hold a lease only where Redis lost what it had; what the older orders is refused.
    private mutating func checkLeases() {
        for lease in LeaseName.allCases {
            let holders = nodes.indices.filter { nodes[$0].isLive && nodes[$0].farm.fence(lease, at: now) != nil }
            let isFlushed = flushedAt.map { now - $0 < settings.lease + settings.lease } ?? false
            if holders.count > 1, !isFlushed { fail("\(holders.map { nodes[$0].name }) hold \(lease.rawValue)") }
        }
    }

    private mutating func checkViews() {
        let live = Set(nodes.filter(\.isLive).map(\.id))
        for node in nodes where node.isLive {
            let seen = Set(node.farm.membership.others.keys).union([node.id])
            if !live.isSubset(of: seen) { fail("\(node.name) sees \(seen.count) of \(live.count) nodes after all was healed") }
        }
    }

    /// Nothing is announced before those who take traffic have it, unless they are named.
    mutating func checkBarrier(_ proposal: Proposal, _ held: HeldChange, on index: Int) {
        let laggards = nodes[index].farm.laggards(of: proposal)
        for (id, member) in nodes[index].farm.membership.others {
            // What changed since a node, this one or the other, cannot reach the coordinator is not known.
            let isKnown = !proposal.isAlone && nodes.contains { $0.id == id && $0.seesRedis } && now - redisToggledAt > Self.news
            if !isKnown, !member.standing.takesTraffic { continue }
            guard let other = nodes.first(where: { $0.id == id }), other.life == .running, other.node.state == .synchronized,
                other.code == 200, let since = other.servesSince, now - since > Self.news
            else { continue }
            let theirs = other.store.entries[held.repository].map { version($0.content) } ?? 0
            if theirs < version(held.content), !laggards.contains(id) {
                fail("\(nodes[index].name) announces v\(version(held.content)) that \(other.name) (v\(theirs)) does not have")
            }
        }
    }

    /// When all has been well for long enough.
    mutating func checkEnd() {
        for node in nodes where node.node.state != .synchronized { fail("\(node.name) is \(node.node.state.rawValue) at the end") }
        for (index, version) in upstream.enumerated() {
            let id = RepositoryID(Int64(index + 1))
            for node in nodes where node.store.entries[id]?.content != content(index, version) { fail("\(node.name) lacks r\(index) v\(version)") }
            for node in nodes where !node.store.remaining(id).isEmpty { fail("\(node.name) still holds changes of r\(index)") }
            checkTold(index, id, version)
        }
        checkNewcomer()
    }

    /// What was announced before it came was others' to send. It may never hear that it was sent.
    private mutating func checkNewcomer() {
        guard story == .emptied, let last = nodes.last else { return }
        for event in last.store.events where event.announcement.number <= announcedBefore[event.announcement.repository] ?? 0 {
            fail("\(last.name) keeps announcement \(event.announcement.number) of before it came")
        }
    }

    private mutating func checkTold(_ index: Int, _ id: RepositoryID, _ version: Int) {
        let last = content(index, version)
        let isAdopted = nodes.allSatisfy { $0.store.announcedNumber[id] == 0 && $0.store.announcedContent[id] == last }
        if !isAdopted, !told.contains(where: { $0.repository == id && $0.content == last }) {
            fail("r\(index) v\(version) was never announced")
        }
        // A node that is cut off by itself cannot tell that from a Redis that is away, and announces in the order that all agree on.
        guard flushedAt == nil || story == .emptied, !wasCutOff else { return }
        var numbers: [MirrorHash: Int64] = [:]
        for one in told where one.repository == id {
            if let number = numbers[one.content], number != one.number { fail("r\(index) v\(self.version(one.content)) was told as \(number) and \(one.number)") }
            numbers[one.content] = one.number
        }
    }
}
