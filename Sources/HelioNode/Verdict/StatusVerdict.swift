/// The answer of `/status`: what a balancer acts on.
public struct StatusVerdict: Hashable, Sendable {
    public let state: NodeState
    public let nodeCount: Int
    /// 200 or 503; of a good node that is drained, what `status.drain_code` says.
    public let code: Int

    /// - Parameters:
    ///   - strict: only SYNCHRONIZED is good; otherwise a farm in which no node is SYNCHRONIZED yet stays reachable.
    ///   - drainCode: of a node that would be good if it were not drained.
    ///   - awaitsFarm: the node knows nothing of its farm yet and still waits for it: it might be the only one that is not good.
    public init(state: NodeState, draining: Bool, strict: Bool, farm: FarmView, drainCode: Int = 503, awaitsFarm: Bool = false) {
        self.state = state
        nodeCount = farm.nodeCount
        let isGood =
            switch state {
            case .synchronized: true
            case .bootstrapping, .bootstrapped, .metadataSynchronized: !strict && !awaitsFarm && farm.needsUnsynchronized
            case .starting, .stopping, .error: false
            }
        code = isGood ? (draining ? drainCode : 200) : 503
    }
}
