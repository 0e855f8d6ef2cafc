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
        /// Until something is sent, or is to be and cannot, there is nothing to send.
        var outcome = Outcome.settled
        /// What the line made of it; nil before.
        var decision: EndpointLine.Decision?

        init(attempt: Attempt, name: DeliveryName, endpoint: Endpoint) {
            self.attempt = attempt
            self.name = name
            self.endpoint = endpoint.name
            url = endpoint.url
        }

        var sent: DeliveryID { successor ?? attempt.head.id }

        /// - Parameter current: the URL of the endpoint as it is now; that another one is gone says nothing about it.
        func verdict(at now: WallTime, current: String?) -> Verdict {
            switch outcome {
            case .settled: .settled
            case .unsent: .unsent
            case .answered(410, _) where current != url: .failed
            case .answered(let status, let retryAfter):
                Verdict(status: status, retryAfter: retryAfter.flatMap { RetryAfter.delay($0, now: now) })
            case .unanswered: .failed
            }
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
            let (status, error) = (outcome.status, outcome.error)
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

extension Dispatcher.Ended {
    /// What sending it came to.
    enum Outcome: Sendable {
        /// What was to be sent need not be, or is gone.
        case settled
        /// Nothing was sent, because of a fault on our side, and which, for people.
        case unsent(String)
        /// - retryAfter: the header as it stood.
        case answered(status: Int, retryAfter: String?)
        /// No answer that counts, and why, for people.
        case unanswered(String)

        init(_ reply: Reply) {
            switch reply {
            case .answered(let status, let retryAfter): self = .answered(status: status, retryAfter: retryAfter)
            case .failed(let why): self = .unanswered(why)
            }
        }

        var isSettled: Bool { if case .settled = self { true } else { false } }

        var status: Int? { if case .answered(let status, _) = self { status } else { nil } }

        /// For people; nil for what did not fail.
        var error: String? {
            switch self {
            case .settled, .answered(200...299, _): nil
            case .answered(let status, _): "answered \(status)" + Self.hint(status)
            case .unsent(let why), .unanswered(let why): why
            }
        }

        private static func hint(_ status: Int) -> String {
            switch status {
            case 300...399: ": redirects are not followed; configure the URL that it leads to"
            case 401, 403: ": it does not accept the signature or the sender"
            case 410: ": it wants nothing more"
            default: ""
            }
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
