/// What one look at the farm's register brought.
public struct FarmReading: Sendable {
    /// Before the question was sent: what it tells is at least as new.
    public let beganAt: MonotonicTime
    /// All others whose registration has not expired.
    public let members: [MemberRecord]
    /// This node's own registration was still there.
    public let wasRegistered: Bool
    /// The epoch that this node has from now on.
    public let epoch: Int64
    /// Records that cannot be right: unreadable, oversized, of another farm, or without an end.
    public let ignored: Int

    public init(beganAt: MonotonicTime, members: [MemberRecord], wasRegistered: Bool, epoch: Int64, ignored: Int = 0) {
        self.beganAt = beganAt
        self.members = members
        self.wasRegistered = wasRegistered
        self.epoch = epoch
        self.ignored = ignored
    }
}

/// Why a farm does not take a node.
public enum JoinRefusal: Error, Hashable, Sendable {
    /// A member of another identity has the name.
    case nameTaken(by: MemberID, address: String)
    /// The members mirror something else.
    case otherUpstream(of: String)
    /// The same identity was started later elsewhere: a copied data directory.
    case replaced(epoch: Int64)
}

extension JoinRefusal: CustomStringConvertible {
    public var description: String {
        switch self {
        case .nameTaken(let id, let address):
            "another node of the farm, \(id) at \(address), has the name already: names are unique within a farm (node.name)"
        case .otherUpstream(let name):
            "\(name), a member of the farm, mirrors another upstream: all nodes of a farm mirror the same one (farm.name, upstream)"
        case .replaced:
            "a node with the same identity joined later: its data directory was copied, or this process was left over"
        }
    }
}
