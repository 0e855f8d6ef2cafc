/// The duty to answer one request, exactly once: it cannot be copied, and every way to answer uses it up. Dropped unanswered, it
/// answers 500. Belongs to the loop.
public struct Responder: ~Copyable {
    private let connection: Connection
    private let exchange: UInt64
    private var isDetached = false

    init(_ connection: Connection, _ exchange: UInt64) {
        self.connection = connection
        self.exchange = exchange
    }

    deinit {
        if !isDetached { connection.abandon(exchange) }
    }

    public consuming func send(_ response: Response) { connection.answer(exchange, response) }

    public consuming func send(_ prepared: PreparedResponse) { connection.answer(exchange, prepared) }

    /// For answers that come later or from another thread.
    public consuming func detach() -> PendingResponse {
        isDetached = true
        return PendingResponse(PendingResponse.Target(connection: connection, exchange: exchange))
    }
}
