/// Why a request has no answer. The texts go to people and into files: they name hosts and addresses, never a path or a query,
/// which may hold a secret.
public enum DeliveryFailure: Error, Hashable, Sendable {
    /// Found before anything was sent; says what is wrong with it.
    case badURL(String)
    /// A header that cannot be sent as it is; holds its name.
    case badHeader(String)
    /// No address that may be spoken to; says which, and why not.
    case refusedAddress(String)
    case noConnection(String)
    case untrusted(String)
    /// No whole answer in this time.
    case timedOut(Duration)
    /// More than this many bytes of head.
    case answerTooLarge(limit: Int)
    /// The connection broke, or what came was not HTTP.
    case broken(String)
    /// By the caller, or because the client was closed.
    case cancelled
}

extension DeliveryFailure: CustomStringConvertible {
    public var description: String {
        switch self {
        case .badURL(let reason): "the URL \(reason)"
        case .badHeader(let name): "the header \(name) holds what a header cannot"
        case .refusedAddress(let reason): reason
        case .noConnection(let reason), .broken(let reason): reason
        case .untrusted(let reason): "not trusted: \(reason)"
        case .timedOut(let limit): "no whole answer within \(limit)"
        case .answerTooLarge(let limit): "the head of the answer has more than \(limit) bytes"
        case .cancelled: "cancelled"
        }
    }
}
