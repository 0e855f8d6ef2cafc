/// One rule that speaks against readiness.
public struct ReadinessReason: Hashable, Sendable {
    public enum Rule: String, Sendable, CaseIterable {
        case state, draining, lag, silence, store
        case purgeGuard = "purge_guard"
        case heldByFloor = "held_by_floor"
    }

    public let rule: Rule
    public let actual: String
    public let limit: String
    /// What would make the node ready.
    public let remedy: String
}

/// What `/readyz` is decided from, at one moment.
public struct ReadinessInput: Sendable {
    public var state: NodeState
    public var draining: String?
    /// Age of the oldest change known upstream and not yet here; zero when there is none.
    public var lag: Duration
    /// Since the last contact with the upstream; before the first one, since the start.
    public var silence: Duration
    public var isStoreWritable: Bool
    public var purgeGuard: String?
    public var farm: FarmView
}

/// What the lag is held against.
public enum LagRule: Hashable, Sendable {
    /// Above the limit the node is not ready.
    case limit(Duration)
    /// It was above the limit, and has to stay below the lower one for a while.
    case recovering(LagHysteresis.Limits)

    func objection(to lag: Duration) -> (limit: Duration, remedy: String)? {
        switch self {
        case .limit(let limit):
            lag > limit ? (limit, "the oldest outstanding change has to be synchronised") : nil
        case .recovering(let limits):
            (limits.enter, "the lag has to stay below the limit for \(Int(limits.hold.inSeconds))s")
        }
    }
}

/// `/readyz`: what `/status` cannot say, because SYNCHRONIZED latches.
public struct Readiness: Hashable, Sendable {
    public let isReady: Bool
    public let reasons: [ReadinessReason]
    /// Whether the farm's floor is what keeps the node in.
    public var isHeld: Bool { reasons.contains { $0.rule == .heldByFloor } }
    /// A rule that hits all nodes together speaks against the node, and none of its own does.
    public let wantsToWithdraw: Bool

    public init(_ input: ReadinessInput, lag: LagRule, maxSilence: Duration, floor: Bool = true) {
        let own = Self.ownReasons(input)
        let shared = Self.sharedReasons(input, lag: lag, maxSilence: maxSilence)
        let isHeld = floor && own.isEmpty && !shared.isEmpty && !input.farm.mayWithdraw
        reasons = own + shared + (isHeld ? [Self.heldByFloor(input.farm)] : [])
        isReady = own.isEmpty && (shared.isEmpty || isHeld)
        wantsToWithdraw = own.isEmpty && !shared.isEmpty
    }

    /// - Parameter drain: of a node that would be ready if it were not drained.
    public func code(drain: Int) -> Int {
        if isReady { return 200 }
        return reasons.map(\.rule) == [.draining] ? drain : 503
    }

    private static func ownReasons(_ input: ReadinessInput) -> [ReadinessReason] {
        var reasons: [ReadinessReason] = []
        if input.state != .synchronized {
            reasons.append(
                ReadinessReason(
                    rule: .state, actual: input.state.rawValue, limit: NodeState.synchronized.rawValue,
                    remedy: "the first synchronisation and the vet after it have to end"))
        }
        if let why = input.draining {
            reasons.append(
                ReadinessReason(rule: .draining, actual: why, limit: "not draining", remedy: "heliostat undrain"))
        }
        return reasons
    }

    /// Rules that hit all nodes of a farm together; on these, a farm never withdraws below half of its nodes.
    private static func sharedReasons(_ input: ReadinessInput, lag: LagRule, maxSilence: Duration) -> [ReadinessReason] {
        var reasons: [ReadinessReason] = []
        if let alarm = input.purgeGuard {
            reasons.append(
                ReadinessReason(
                    rule: .purgeGuard, actual: alarm, limit: "sync.purge_guard",
                    remedy: "the upstream lists its repositories again, or heliostat sync --accept-deletions"))
        }
        if let (limit, remedy) = lag.objection(to: input.lag) {
            reasons.append(ReadinessReason(rule: .lag, actual: seconds(input.lag), limit: seconds(limit), remedy: remedy))
        }
        if input.silence > maxSilence {
            reasons.append(
                ReadinessReason(
                    rule: .silence, actual: seconds(input.silence), limit: seconds(maxSilence), remedy: "the upstream has to answer"))
        }
        if !input.isStoreWritable {
            reasons.append(
                ReadinessReason(
                    rule: .store, actual: "not writable", limit: "writable",
                    remedy: "the data directory has to take writes again"))
        }
        return reasons
    }

    private static func heldByFloor(_ farm: FarmView) -> ReadinessReason {
        ReadinessReason(
            rule: .heldByFloor, actual: "\(farm.othersReady) other nodes of \(farm.nodeCount) are ready",
            limit: "half of the farm, at least one", remedy: "stays ready so that the farm is not emptied")
    }

    private static func seconds(_ duration: Duration) -> String { "\(Int64(duration.inSeconds.rounded()))s" }
}
