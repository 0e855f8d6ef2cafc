/// What an operator chose for the farm, as far as a node's decisions depend on it.
public struct FarmSettings: Hashable, Sendable {
    /// A farm of one, which has nobody to look for.
    public var isAlone = false
    /// SYNCHRONIZED nodes that the others wait for before they give up their 200; 1 is the compat rule.
    public var minimumSynchronized = 1
    /// How long a member that cannot be read of any more counts as SYNCHRONIZED.
    public var viewHold = Duration.seconds(300)
    public var lease = Duration.seconds(30)
    public var inventoryLease = Duration.seconds(30)
    /// Whether a node that finds another counting rows, or ceases to, tries again.
    public var inventoryIsRetried = true
    /// How long an announcement waits for nodes that take traffic and do not hold the change.
    public var barrier = Duration.seconds(30)
    /// Without the coordinator, how long the next in order waits for the one before it.
    public var hold = Duration.seconds(600)
    /// How long the nodes have for a vet.
    public var vetLimit = Duration.seconds(3600)

    /// How long what nodes have told each other of a change is remembered: nobody waits longer for answers. Who comes to hold a change when
    /// the barrier of others is over waits for one more.
    var memory: Duration { max(.seconds(600), barrier * 2) }

    public init() {}
}
