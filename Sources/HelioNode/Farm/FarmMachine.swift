/// A node's decisions as a member of its farm: events in, effects out, no I/O and no clock.
///
/// `+Members` is who is there, `+Letters` what nodes tell each other, `+Leases` what only one of them does, `+Vets` the vets of all of
/// them, `+Announcing` what receivers are told and when.
public struct FarmMachine: Sendable {
    public internal(set) var settings: FarmSettings
    public internal(set) var membership: Membership
    public internal(set) var record: MemberRecord
    public internal(set) var hasJoined = false

    var random: SeededGenerator
    var effects: [FarmEffect] = []

    // MARK: Members
    let startedAt: MonotonicTime
    var isBeating = false
    var nextBeat: MonotonicTime
    /// Something was told while a heartbeat was under way.
    var owesBeat = false
    var wantedToWithdrawSince: MonotonicTime?
    var publishedView: FarmView?
    var isOut = false
    var refusal: JoinRefusal?
    var ignoredRecords = 0
    /// Since when what was announced without the coordinator may not be known there, although it can be asked again.
    var owesPublicationSince: MonotonicTime?

    // MARK: Operations
    var operations = OpenOperations()
    var kinds: [FarmOperationID: SyncKind] = [:]
    var known = KnownOperations()
    /// Others' changes that this node has not answered yet, by repository.
    var owed: [RepositoryID: [Owed]] = [:]
    /// Orders of vets and listings that this node has not answered yet.
    var ordered: Set<FarmOperationID> = []
    var orderedListings: Set<FarmOperationID> = []

    // MARK: Leases
    var leases: [LeaseName: LeaseKeeper]
    /// The vet that waits for the lease, or is under way in its name.
    var ownVet: OwnVet?
    /// Attempts in a row to extend the lease of the inventory that nobody answered.
    var inventoryFailures = 0

    // MARK: Announcing
    var announcements = Announcements()
    /// Announced repositories whose events wait until the others have them.
    var storing: [RepositoryID: Storing] = [:]
    /// Who stored an event before this node did.
    var storedEarly: [RepositoryID: Early] = [:]
    var nextOrphanSearch: MonotonicTime
    var lastOrphanSearch: MonotonicTime
    /// Senders whose events wait and who were not there at any search since.
    var absentSince: [MemberID: MonotonicTime] = [:]
    /// Who has said that it sends what another was to send.
    var claims: [Claim: Claimed] = [:]
    /// When this node last said so.
    var ownClaims: [Claim: MonotonicTime] = [:]

    /// What a crash left to be sent waits so long for a farm that may have sent it.
    private static let farmPatience = Duration.seconds(30)

    struct Owed: Sendable {
        let operation: FarmOperationID
        let content: MirrorHash
        let heardAt: MonotonicTime
        /// A failure was told already.
        var hasFailed = false
    }

    struct Storing: Sendable {
        let number: Int64
        var awaited: Set<MemberID>
        let deadline: MonotonicTime
    }

    struct Early: Sendable {
        let number: Int64
        var members: Set<MemberID>
        let since: MonotonicTime
    }

    struct Claimed: Sendable {
        let by: MemberID
        /// It says so again before.
        let until: MonotonicTime
    }

    public init(_ record: MemberRecord, settings: FarmSettings, seed: UInt64, now: MonotonicTime) {
        self.record = record
        self.settings = settings
        random = SeededGenerator(seed: seed)
        membership = Membership(of: record.id)
        startedAt = now
        nextBeat = now
        nextOrphanSearch = now + Self.farmPatience
        lastOrphanSearch = now
        leases = [
            .vet: LeaseKeeper(.vet, for: settings.lease),
            .inventory: LeaseKeeper(.inventory, for: settings.inventoryLease, isPersistent: settings.inventoryIsRetried),
        ]
        known.memory = settings.memory
    }

    /// Takes one event and says what is to be done about it, in order.
    public mutating func handle(_ event: FarmEvent, at now: MonotonicTime) -> [FarmEffect] {
        apply(event, at: now)
        advance(at: now)
        defer { effects = [] }
        return effects
    }

    private mutating func apply(_ event: FarmEvent, at now: MonotonicTime) {
        switch event {
        case .standing(let standing): stands(standing, at: now)
        case .read(let reading, let isReminded): read(reading, isReminded: isReminded, at: now)
        case .unread(let why): unread(why, at: now)
        case .refused(let refusal): refused(refusal, at: now)
        case .hint: effects.append(.readLetters)
        case .membersHint: if isBeating { owesBeat = true } else { nextBeat = now }
        case .delivered(let id, let number, let endpoint): send(.delivered(id, number: number, endpoint: endpoint))
        case .letter(let letter, let ours): take(letter, ours, at: now)
        case .held(let change, let kind, let listedAt): hold(change, kind, listedAt: listedAt, at: now)
        case .changed(let change, let listedAt): changed(change, listedAt: listedAt, at: now)
        case .synchronized(let id, let content, let listedAt): synchronized(id, content, listedAt: listedAt, at: now)
        case .adopted(let id, let number, let sender, let remaining): adopted(id, number, sender, remaining, at: now)
        case .settled(let id, let remaining): announcements.settle(id, remaining: remaining)
        case .published: owesPublicationSince = nil
        case .proposalFailed(let id): announcements.proposalFailed(id, at: now)
        case .orphans(let orphans, let taken):
            claim(taken, at: now)
            takeOver(orphans, at: now)
        case .deleted(let id): forget(id)
        case .lease(let name, let reply): take(reply, of: name, at: now)
        case .wantsInventory(let wanted): want(.inventory, wanted, at: now)
        case .vetStarted(let id): vetStarted(id, at: now)
        case .vetEnded(let ids, let failed): vetEnded(ids, failed: failed, at: now)
        case .notifiedHere(let name): send(.notified(name))
        case .listed: listed(at: now)
        case .listedFor(let id, let failed): answer(id, failed: failed)
        case .reconfigured(let settings): reconfigured(settings)
        case .upstreamReplaced(let fingerprint): replaced(upstream: fingerprint, at: now)
        case .wake: break
        }
    }

    private mutating func advance(at now: MonotonicTime) {
        beatIfDue(at: now)
        advanceLeases(at: now)
        expireOperations(at: now)
        releaseStored(at: now)
        searchOrphans(at: now)
        announce(at: now)
        publishView(at: now)
    }

    /// When `wake` is due at the latest.
    public func nextWake(after now: MonotonicTime) -> MonotonicTime {
        var times = [isBeating ? now + Membership.heartbeat : nextBeat]
        times += leases.values.compactMap { $0.nextWake(mayAct: mayTake($0.name, at: now)) }
        times += storing.values.map(\.deadline)
        times += [operations.nextDeadline, announcements.nextWake, viewChange(after: now)].compactMap { $0 } + [nextOrphanSearch]
        return max(times.min() ?? now + Membership.heartbeat, now)
    }

    /// When the view changes by itself.
    private func viewChange(after now: MonotonicTime) -> MonotonicTime? {
        let times = [membership.lastReading.map { $0 + Membership.expiry }, membership.lastReading.map { $0 + settings.viewHold }]
        return times.compactMap { $0 }.map { $0 + .milliseconds(1) }.filter { $0 > now }.min()
    }

    /// What was announced without the coordinator may not be known there: others cannot tell what of it was delivered.
    public var owesPublication: Bool { isOut || owesPublicationSince != nil }

    /// What is delivered is not to be told now: `owesPublication`, or a farm that refuses this node, where the same numbers may stand for
    /// other repositories.
    public var keepsDeliveries: Bool { owesPublication || refusal != nil }

    public var currentRefusal: JoinRefusal? { refusal }

    /// A farm that refuses this node is told nothing. What it has to know later it is told when it takes the node: what waits to be
    /// announced by `tellAgain`, and what was delivered by whoever keeps that meanwhile.
    mutating func send(_ message: FarmMessage) {
        if refusal != nil {
            guard case .delivered = message else { return }
        }
        effects.append(.send(message))
    }

    mutating func log(_ level: LogLine.Level, _ message: String, _ fields: (key: String, value: LogValue)...) {
        effects.append(.log(LogLine(level, message, fields)))
    }

    /// Others that start compare theirs with it.
    private mutating func replaced(upstream fingerprint: String, at now: MonotonicTime) {
        record.upstream = fingerprint
        if isBeating { owesBeat = true } else { nextBeat = now }
    }

    private mutating func reconfigured(_ new: FarmSettings) {
        settings = new
        known.memory = new.memory
        announcements.reconsider()
    }
}
