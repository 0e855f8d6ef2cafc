import HelioNode

/// A node in the simulation: the two machines, what is on its disk, and how it is doing.
final class SimulatedNode {
    enum Life { case running, paused, dead }

    let id: MemberID
    let name: String
    let isStrict: Bool
    var life = Life.dead
    /// Counts the starts; what was under way for an earlier one comes to nothing.
    var boot = 0
    var node: NodeMachine
    var farm: FarmMachine
    var store = ModelStore()
    var seesRedis = true
    var seesUpstream = true
    /// Since when it answers 200, as far as it was looked at.
    var servesSince: MonotonicTime?
    var nextWake: MonotonicTime?
    /// Since when it runs, after a start or a pause.
    var runsSince = MonotonicTime(nanoseconds: 0)
    /// Listings that others asked for.
    var listings: [FarmOperationID] = []
    /// Of the orders that were obeyed.
    var obeyed: [Int64] = []
    /// What was to be done when it was paused.
    var backlog: [Simulation.Step] = []

    var isLive: Bool { life == .running }
    var code: Int { node.verdict.code }
    var isDraining: Bool { farm.record.standing.isDraining }

    init(index: Int, isStrict: Bool, _ node: NodeSettings, _ farm: FarmSettings, seed: UInt64) {
        name = "n\(index)"
        self.isStrict = isStrict
        id = SimulatedNode.id(index)
        let start = Moment(monotonic: MonotonicTime(nanoseconds: 0), wall: WallTime(millisecondsSince1970: 0))
        self.node = NodeMachine(settings: node, seed: seed, now: start)
        self.farm = FarmMachine(SimulatedNode.record(id, name), settings: farm, seed: seed, now: start.monotonic)
    }

    static func id(_ index: Int) -> MemberID {
        // A UUID of the right form.
        MemberID("0000000\(index)-0000-4000-8000-00000000000\(index)") ?? MemberID("00000000-0000-4000-8000-000000000000")!
    }

    static func record(_ id: MemberID, _ name: String) -> MemberRecord {
        MemberRecord(id: id, name: name, host: "127.0.0.1", port: 1, version: "1", upstream: "u")
    }
}
