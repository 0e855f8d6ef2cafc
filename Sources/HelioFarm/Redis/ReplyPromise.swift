/// The replies to one request, owed to whoever waits for them and delivered exactly once: the first outcome counts, and going
/// without one is an outcome, too.
///
/// `@unchecked Sendable`: used on the loop only.
final class ReplyPromise: @unchecked Sendable {
    typealias Outcome = Result<[RESPValue], RedisError>

    private var receive: ((Outcome) -> Void)?

    init(_ receive: @escaping (Outcome) -> Void) { self.receive = receive }

    deinit { keep(.failure(.connectionLost("nobody was left to wait for the reply"))) }

    func keep(_ outcome: Outcome) {
        let receive = receive
        self.receive = nil
        receive?(outcome)
    }
}
