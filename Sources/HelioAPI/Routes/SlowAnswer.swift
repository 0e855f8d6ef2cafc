import HelioHTTP

/// Makes an answer that waits for the store or for a receiver: off the loop, once the request has been read and found good.
typealias SlowAnswer = @Sendable () async -> Response

extension Router {
    /// Of the administration.
    mutating func addSlow(
        _ method: Method, _ pattern: String, behind gate: Gate,
        _ prepare: @escaping @Sendable (borrowing Request) throws(Rejection) -> SlowAnswer
    ) {
        add(method, pattern, bodyLimit: method == .get ? 0 : AdminRoutes.bodyLimit) { request, responder in
            let answer: SlowAnswer
            do throws(Rejection) {
                try gate.check(request)
                answer = try prepare(request)
            } catch {
                return responder.send(error.response)
            }
            let pending = responder.detach()
            Task.detached { pending.send(await answer()) }
        }
    }
}
