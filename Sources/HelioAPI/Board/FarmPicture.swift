public import HelioNode

/// The farm as this node sees it, for people and monitors.
public struct FarmPicture: Sendable {
    /// This node first, then the others by name.
    public var members: [MemberRecord]
    /// When the others were last read; nil for a node by itself, and before the first reading.
    public var readAt: MonotonicTime?
    public var coordinator: String
    /// The numbers of the leases that this node holds.
    public var leases: [LeaseName: Int64]
    /// Why the farm does not take this node; nil when it does.
    public var refusal: String?

    public init(
        members: [MemberRecord] = [], readAt: MonotonicTime? = nil, coordinator: String, leases: [LeaseName: Int64] = [:],
        refusal: String? = nil
    ) {
        self.members = members
        self.readAt = readAt
        self.coordinator = coordinator
        self.leases = leases
        self.refusal = refusal
    }
}
