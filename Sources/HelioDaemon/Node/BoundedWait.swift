import HelioLock
import HelioNode

/// Waiting for what a disk or a store that hangs may keep from ever ending.
enum BoundedWait {
    /// For each of the last things that a stop waits for.
    private static let stopLimit = Duration.seconds(5)
    private static let turns = 6

    /// Cancelling the caller neither cancels `body` nor shortens the wait. A body that has not ended in time goes on, and nobody hears
    /// of its end.
    /// - Returns: whether it has ended within `limit`.
    static func end(of body: @escaping @Sendable () async -> Void, within limit: Duration) async -> Bool {
        await withCheckedContinuation { continuation in
            let place = Locked<CheckedContinuation<Bool, Never>?>(continuation)
            @Sendable func tell(_ hasEnded: Bool) {
                let waiter = place.withLock { waiter in
                    defer { waiter = nil }
                    return waiter
                }
                waiter?.resume(returning: hasEnded)
            }
            let alarm = Task {
                guard (try? await Task.sleep(for: limit)) != nil else { return }  // cancelled: it has ended
                tell(false)
            }
            Task {
                await body()
                tell(true)
                alarm.cancel()
            }
        }
    }

    /// The node stops: what has not ended in time is left behind, as a crash would leave it, and one line says so.
    /// - Parameter left: how much there is to do. Where that grows less, it is slow and does not hang, and `body`, which may be called
    ///   again, has another turn, up to six.
    static func atStop(
        for what: String, _ log: NodeLog, left: @Sendable () -> Int = { 0 }, _ body: @escaping @Sendable () async -> Void
    ) async {
        var before = left()
        for _ in 0..<turns {
            if await end(of: body, within: stopLimit) { return }
            let now = left()
            guard now < before else { break }
            before = now
        }
        log.error("the stop waits no longer", ["for": .text(what)])
    }
}
