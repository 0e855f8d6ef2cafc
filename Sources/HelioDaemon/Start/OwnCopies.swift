import HelioLock
import HelioNode

extension NodeConfiguration {
    /// What the rule about `upstream.path` and `node.data` cannot see: links between them. They are followed once, at the start.
    ///
    /// - Parameter patience: a mount that hangs keeps no node from starting, and is not looked behind.
    /// - Throws: `.rejected` when the upstream is where this node has its own files.
    func refuseOwnCopies(within patience: Duration = .seconds(2)) async throws(Failure) {
        guard let path = upstream.path else { return }
        let (data, isFound) = (node.data, Locked(false))
        let look: @Sendable () async -> Void = {
            guard await OffPool.run({ PathOverlap.onDisk(path, data) }) == true else { return }
            isFound.withLock { $0 = true }
        }
        _ = await BoundedWait.end(of: look, within: patience)
        guard !isFound.withLock({ $0 }) else {
            throw Failure(.rejected, "upstream.path and node.data lie within each other behind links; the node would mirror its own copies")
        }
    }
}
