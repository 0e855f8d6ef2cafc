import HelioNode
import HelioStore

extension Dispatcher {
    /// An attempt that is over, on its way into the store.
    struct Ended: Sendable {
        let attempt: Attempt
        let name: DeliveryName
        let endpoint: String
        /// Where it was sent: a reload may have changed that since.
        let url: String
        /// What was sent in the head's place.
        var successor: DeliveryID?
        var isUnsent = false
        /// What was to be sent need not be, or is gone.
        var isSettled = false
        var status: Int?
        var retryAfter: String?
        var error: String?
        var decision: EndpointLine.Decision?

        init(attempt: Attempt, name: DeliveryName, endpoint: Endpoint) {
            self.attempt = attempt
            self.name = name
            self.endpoint = endpoint.name
            url = endpoint.url
        }

        var sent: DeliveryID { successor ?? attempt.head.id }

        func with(_ reply: Reply) -> Ended {
            var ended = self
            switch reply {
            case .answered(let status, let retryAfter):
                (ended.status, ended.retryAfter) = (status, retryAfter)
                if !(200...299).contains(status) { ended.error = "answered \(status)" + Self.hint(status) }
            case .failed(let why): ended.error = why
            }
            return ended
        }

        private static func hint(_ status: Int) -> String {
            switch status {
            case 300...399: ": redirects are not followed; configure the URL that it leads to"
            case 401, 403: ": it does not accept the signature or the sender"
            case 410: ": it wants nothing more"
            default: ""
            }
        }

        /// - Parameter current: the URL of the endpoint as it is now; that another one is gone says nothing about it.
        func verdict(at now: WallTime, current: String?) -> Verdict {
            if isSettled { return .settled }
            if isUnsent { return .unsent }
            guard let status, status != 410 || current == url else { return .failed }
            return Verdict(status: status, retryAfter: retryAfter.flatMap { RetryAfter.delay($0, now: now) })
        }

        /// Whether the head is done with, one way or the other.
        var isOver: Bool {
            guard let decision else { return false }
            switch decision.outcome {
            case .delivered, .dead: return true
            case .retry, .held: return false
            }
        }

        static let givenUp = "given up: the endpoint kept refusing it and took what came after it"

        var results: [DeliveryResult] {
            guard let decision else { return [] }
            let result = DeliveryResult(id: sent, outcome: decision.outcome, status: status, error: error)
            guard let successor, successor != attempt.head.id else { return [result] }
            guard decision.givesUpHead else {
                return [DeliveryResult(id: attempt.head.id, outcome: decision.outcome, status: status, error: error)]
            }
            let given = DeliveryResult(
                id: attempt.head.id, outcome: .dead(attempts: attempt.head.stored.attempts), status: nil,
                error: Self.givenUp)
            return [given, result]
        }
    }
}

/// A random UUID: version 4 of RFC 9562, section 5.4.
enum UUIDv4 {
    static func make() -> String {
        var random = SystemRandomNumberGenerator()
        return RunID(using: &random).description
    }
}
