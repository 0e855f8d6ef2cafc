/// Who is in the farm, as this node knows it: from what it reads of the register, and from what it remembers while it cannot read.
///
/// A peer is forgotten only by a register that can be read and no longer has it. A register that cannot be read, or that has just
/// come back, or that has lost what it held, says nothing against anybody.
public struct Membership: Sendable {
    /// How long a registration lasts, and how old a view may be and still be acted on.
    public static let expiry = Duration.seconds(15)
    public static let heartbeat = Duration.seconds(5)

    public private(set) var lastReading: MonotonicTime?
    /// The others, as last heard of.
    public private(set) var others: [MemberID: MemberRecord] = [:]
    /// Members that the register does not have, and until when they are remembered nevertheless.
    private var remembered: [MemberID: MonotonicTime] = [:]
    /// Who left without saying so, and when: they may be alive and cut off.
    private var vanished: [MemberID: Vanished] = [:]
    private let this: MemberID

    private struct Vanished {
        let name: String
        let at: MonotonicTime
    }

    public init(of this: MemberID) { self.this = this }

    public struct Departures: Hashable, Sendable {
        /// Said STOPPING before they went.
        public var left: Set<MemberID> = []
        public var vanished: Set<MemberID> = []
    }

    /// - Parameter memory: how long one that vanished counts against acting for the farm.
    public mutating func read(_ reading: FarmReading, memory: Duration, at now: MonotonicTime) -> Departures {
        let isAfterOutage = !isFresh(at: now) || !reading.wasRegistered
        lastReading = reading.beganAt
        var departures = Departures()
        var present: [MemberID: MemberRecord] = [:]
        for member in reading.members where member.id != this { present[member.id] = member }
        for (id, member) in others where present[id] == nil {
            if member.standing.state == .stopping {
                departures.left.insert(id)
            } else if isRemembered(id, startingNow: isAfterOutage, at: now) {
                present[id] = member
            } else {
                departures.vanished.insert(id)
                vanished[id] = Vanished(name: member.name, at: now)
            }
        }
        for member in reading.members {
            remembered[member.id] = nil
            vanished[member.id] = nil
        }
        others = present
        remembered = remembered.filter { present[$0.key] != nil }
        vanished = vanished.filter { now - $0.value.at < memory }
        return departures
    }

    /// After an outage everybody has one expiry to come back.
    private mutating func isRemembered(_ id: MemberID, startingNow: Bool, at now: MonotonicTime) -> Bool {
        if startingNow, remembered[id] == nil { remembered[id] = now + Self.expiry }
        return remembered[id].map { now < $0 } ?? false
    }

    /// Of one that is there, or that vanished a while ago; nil for one that left.
    public func name(of id: MemberID) -> String? { others[id]?.name ?? vanished[id]?.name }

    public func age(at now: MonotonicTime) -> Duration? { lastReading.map { max(now - $0, .zero) } }

    /// The view is young enough to act on.
    public func isFresh(at now: MonotonicTime) -> Bool { age(at: now).map { $0 <= Self.expiry } ?? false }

    /// Whether the node may act for the farm: the view is fresh, and most of those that it knows of are in it.
    public func mayAct(at now: MonotonicTime) -> Bool {
        isFresh(at: now) && (others.count + 1) * 2 > others.count + 1 + vanished.count
    }

    /// Members that can keep an event, and send it, by what they last said.
    public var storing: [MemberID] { others.values.filter(\.standing.canStore).map(\.id) }

    /// Members that take traffic, by what they last said.
    public var serving: [MemberID] { others.values.filter(\.standing.takesTraffic).map(\.id) }
}
