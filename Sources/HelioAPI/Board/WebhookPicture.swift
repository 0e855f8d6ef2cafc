public import HelioNode

/// What a node last knew of its webhooks, for people: nobody who looks at it waits for the store.
public struct WebhookPicture: Sendable {
    public struct Endpoint: Sendable {
        public let name: String
        /// `active`, `inactive`, `unreachable` or `gone`.
        public let state: String
        /// Deliveries under way.
        public let underWay: Int
        /// Of the last attempt that failed since the start.
        public let lastError: String?

        public init(name: String, state: String, underWay: Int, lastError: String?) {
            self.name = name
            self.state = state
            self.underWay = underWay
            self.lastError = lastError
        }
    }

    public let endpoints: [Endpoint]
    public let pending: Int
    public let dead: Int
    /// When the oldest event was made that waits.
    public let oldest: WallTime?
    public let countedAt: MonotonicTime

    public init(endpoints: [Endpoint], pending: Int, dead: Int, oldest: WallTime?, countedAt: MonotonicTime) {
        self.endpoints = endpoints
        self.pending = pending
        self.dead = dead
        self.oldest = oldest
        self.countedAt = countedAt
    }
}
