/// What a node knows of its farm when it answers a health check.
public struct FarmView: Hashable, Sendable {
    /// The members in our view, this node included; at least 1.
    public var nodeCount: Int
    /// Other members that count as SYNCHRONIZED: not draining, not STOPPING, and not remembered for too long.
    public var othersSynchronized: Int
    /// Other members that were ready when last heard of.
    public var othersReady: Int
    /// In lenient mode the others keep their 200 until so many are SYNCHRONIZED…
    public var minimum: Int
    /// …or have been once.
    public var minimumWasReached: Bool
    /// Whether enough others stay if this node is not ready for a reason that hits all nodes.
    public var mayWithdraw: Bool
    /// When the farm was last read; nil for a node by itself, and before the first reading.
    public var readAt: MonotonicTime?
    /// There is a farm to join.
    public var hasCoordinator: Bool
    /// Whether what is in the view may be acted on: it is fresh, and most of the farm is in it.
    public var mayAct: Bool

    public init(
        nodeCount: Int, othersSynchronized: Int, othersReady: Int, minimum: Int = 1, minimumWasReached: Bool = false,
        mayWithdraw: Bool = false, readAt: MonotonicTime? = nil, hasCoordinator: Bool = true, mayAct: Bool = true
    ) {
        self.nodeCount = nodeCount
        self.othersSynchronized = othersSynchronized
        self.othersReady = othersReady
        self.minimum = minimum
        self.minimumWasReached = minimumWasReached
        self.mayWithdraw = mayWithdraw
        self.readAt = readAt
        self.hasCoordinator = hasCoordinator
        self.mayAct = mayAct
    }

    /// A node by itself: its view is always whole.
    public static let alone = FarmView(nodeCount: 1, othersSynchronized: 0, othersReady: 0, hasCoordinator: false)

    /// A node that has not read its farm yet.
    public static let unread = FarmView(nodeCount: 1, othersSynchronized: 0, othersReady: 0, mayAct: false)

    /// The cliff guard: with fewer than the minimum, those that still synchronise are needed.
    var needsUnsynchronized: Bool { othersSynchronized == 0 || (othersSynchronized < minimum && !minimumWasReached) }
}
