/// Tells the store now and then how far the node has come, so that a crash loses little of what would be counted.
struct Heartbeat: Sendable {
    private static let interval = Duration.seconds(2)
    /// Intervals between two heartbeats of the operations: ten seconds.
    private static let operationsEvery = 5

    let hands: Hands

    func run() async {
        var beats = 0
        while !Task.isCancelled {
            guard (try? await Task.sleep(for: Self.interval)) != nil else { return }  // cancelled: the node stops
            hands.progress.lineUp()
            beats += 1
            if beats % Self.operationsEvery == 0 { await hands.operations.beat() }
        }
    }
}
