public import HelioLoop

/// Sends HTTP requests: libcurl's multi interface, driven by the loop. Connections are kept and used again.
///
/// Every request stands on its own: a host that does not answer holds up nobody else's.
public final class HTTPClient: Sendable {
    private let loop: EventLoop
    private let transfers: TransferTable

    /// - Throws: `cannotCreate` when libcurl cannot be had.
    public init(loop: EventLoop, _ limits: Configuration = Configuration()) throws(LoopError) {
        self.loop = loop
        transfers = try TransferTable(loop: loop, limits)
    }

    deinit {
        loop.execute { [transfers] in transfers.release() }
    }

    /// Sends a POST and waits for its answer, whatever its status. Cancelling the task breaks it off at once.
    public func post(_ request: OutboundRequest) async -> Result<Answer, DeliveryFailure> {
        let ticket = TransferTable.Ticket()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                loop.execute { [transfers] in transfers.start(request, ticket) { continuation.resume(returning: $0) } }
            }
        } onCancel: {
            loop.execute { [transfers] in transfers.cancel(ticket) }
        }
    }

    /// Breaks off what is under way. Every later request is `cancelled` too.
    public func close() {
        loop.execute { [transfers] in transfers.close() }
    }

    /// Requests under way.
    var underway: Int {
        get async {
            await withCheckedContinuation { continuation in
                loop.execute { [transfers] in continuation.resume(returning: transfers.count) }
            }
        }
    }
}
