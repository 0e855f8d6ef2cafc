/// What an attempt came to, as far as it decides what happens next.
public enum Verdict: Hashable, Sendable {
    /// 2xx.
    case accepted
    /// 410: the receiver wants nothing more.
    case gone
    /// Another 4xx: the receiver does not want this one.
    case refused
    /// It, or what stands before it, asks for patience; that says nothing about what was sent.
    /// - after: what it asked for.
    case busy(after: Duration?)
    /// Everything else: no answer, 3xx, 5xx.
    case failed
    /// Nothing was sent, because of a fault on our side such as an unreadable secret.
    case unsent
    /// Nothing was sent, because it is settled without us: another node has sent it, or it is no more.
    case settled

    /// - Parameter retryAfter: within the bounds of `RetryAfter`.
    public init(status: Int, retryAfter: Duration?) {
        switch status {
        case 200...299: self = .accepted
        case 410: self = .gone
        case 429, 503: self = .busy(after: retryAfter)
        case 408, 425, 502, 504: self = .busy(after: nil)
        case 400...499: self = .refused
        default: self = .failed
        }
    }
}
