/// What a node knows of its farm when it answers a health check.
public struct FarmView: Hashable, Sendable {
    /// The members in our view, this node included; at least 1.
    public var nodeCount: Int
    /// Some member is SYNCHRONIZED, not draining and not STOPPING. This node counts too.
    public var someSynchronized: Bool
    /// Members that are ready now, this node not counted.
    public var othersReady: Int

    public init(nodeCount: Int, someSynchronized: Bool, othersReady: Int) {
        self.nodeCount = nodeCount
        self.someSynchronized = someSynchronized
        self.othersReady = othersReady
    }

    /// A farm of one.
    public static func alone(_ state: NodeState, draining: Bool) -> FarmView {
        FarmView(nodeCount: 1, someSynchronized: state == .synchronized && !draining, othersReady: 0)
    }
}
