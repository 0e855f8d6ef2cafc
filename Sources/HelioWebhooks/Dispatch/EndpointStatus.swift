/// How an endpoint does, for people.
public struct EndpointStatus: Hashable, Sendable {
    public enum State: String, Sendable {
        case active
        /// Switched off in the configuration.
        case inactive
        /// Its breaker is open: it is probed now and then.
        case unreachable
        /// It answered 410; `heliostat webhooks enable` opens it again.
        case gone
    }

    public let endpoint: Endpoint
    public let state: State
    public let underWay: Int
    /// Of the last failed attempt since the start.
    public let lastError: String?
}
