import HelioLoop
import Synchronization

/// The duty to answer one request from anywhere. Dropped unanswered, it answers 500.
public final class PendingResponse: Sendable {
    /// `@unchecked Sendable`: the connection is touched on its loop only.
    struct Target: @unchecked Sendable {
        let connection: Connection
        let exchange: UInt64

        func run(_ body: @escaping @Sendable (Connection, UInt64) -> Void) {
            connection.loop.execute { body(connection, exchange) }
        }
    }

    private let target: Target
    private let isAnswered = Atomic(false)

    init(_ target: Target) { self.target = target }

    deinit {
        if !isAnswered.load(ordering: .relaxed) { target.run { $0.abandon($1) } }
    }

    /// Callable from any thread, once: a second call is a bug of ours that traps in debug builds and does nothing in others.
    public func send(_ response: Response) {
        guard !isAnswered.exchange(true, ordering: .relaxed) else { return assertionFailure("a request is answered once") }
        target.run { $0.answer($1, response) }
    }
}
