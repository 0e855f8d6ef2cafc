public import HelioNode

/// What operators ask about webhooks. Unlike other requests these wait: for the store, or for a receiver.
public struct WebhookCommands: Sendable {
    public var endpoints: @Sendable () async -> Result<[WebhookEndpoint], WebhookTrouble>
    /// Newest first.
    public var deliveries: @Sendable (WebhookDelivery.Filter) async -> Result<[WebhookDelivery], WebhookTrouble>
    /// - Returns: false when there is no such delivery, it waits anyway, or its endpoint is not configured any more.
    public var redeliver: @Sendable (Int64) async -> Result<Bool, WebhookTrouble>
    /// Sends a ping now, past the outbox; nil when there is no such endpoint.
    public var test: @Sendable (String) async -> Result<WebhookProbe?, WebhookTrouble>
    /// Lets an endpoint that answered 410 be delivered to again; false when there is none of the name.
    public var enable: @Sendable (String) async -> Result<Bool, WebhookTrouble>

    public init(
        endpoints: @escaping @Sendable () async -> Result<[WebhookEndpoint], WebhookTrouble>,
        deliveries: @escaping @Sendable (WebhookDelivery.Filter) async -> Result<[WebhookDelivery], WebhookTrouble>,
        redeliver: @escaping @Sendable (Int64) async -> Result<Bool, WebhookTrouble>,
        test: @escaping @Sendable (String) async -> Result<WebhookProbe?, WebhookTrouble>,
        enable: @escaping @Sendable (String) async -> Result<Bool, WebhookTrouble>
    ) {
        self.endpoints = endpoints
        self.deliveries = deliveries
        self.redeliver = redeliver
        self.test = test
        self.enable = enable
    }

    /// A node whose storage is not open: there is nothing to ask yet.
    public static let unavailable = WebhookCommands(
        endpoints: { .failure(.notYet) }, deliveries: { _ in .failure(.notYet) }, redeliver: { _ in .failure(.notYet) },
        test: { _ in .failure(.notYet) }, enable: { _ in .failure(.notYet) })
}

/// Why a question about webhooks has no answer.
public struct WebhookTrouble: Error, Sendable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }

    public static let notYet = WebhookTrouble("The storage of the node is not open yet.")
}

public struct WebhookEndpoint: Sendable {
    public let name: String
    public let url: String
    public let events: [String]
    /// Keys; empty stands for all.
    public let projects: [ByteString]
    public let isSigned: Bool
    /// `active`, `inactive`, `unreachable` or `gone`.
    public let state: String
    public let underWay: Int
    public let lastError: String?

    public init(
        name: String, url: String, events: [String], projects: [ByteString], isSigned: Bool, state: String, underWay: Int,
        lastError: String?
    ) {
        self.name = name
        self.url = url
        self.events = events
        self.projects = projects
        self.isSigned = isSigned
        self.state = state
        self.underWay = underWay
        self.lastError = lastError
    }
}

public struct WebhookDelivery: Sendable {
    public struct Filter: Sendable {
        /// `pending`, `dead` or `delivered`; nil for all.
        public let state: String?
        /// Older than this one.
        public let before: Int64?
        public let limit: Int
    }

    public let id: Int64
    public let webhookID: String
    public let event: String
    public let repository: String?
    public let endpoint: String
    public let state: String
    public let attempts: Int
    public let createdAt: WallTime
    public let attemptedAt: WallTime?
    public let status: Int?
    public let error: String?

    public init(
        id: Int64, webhookID: String, event: String, repository: String?, endpoint: String, state: String, attempts: Int,
        createdAt: WallTime, attemptedAt: WallTime?, status: Int?, error: String?
    ) {
        self.id = id
        self.webhookID = webhookID
        self.event = event
        self.repository = repository
        self.endpoint = endpoint
        self.state = state
        self.attempts = attempts
        self.createdAt = createdAt
        self.attemptedAt = attemptedAt
        self.status = status
        self.error = error
    }
}

/// What a ping came to.
public struct WebhookProbe: Sendable {
    /// Of the answer; nil without one.
    public let status: Int?
    public let error: String?
    public let duration: Duration

    public init(status: Int?, error: String?, duration: Duration) {
        self.status = status
        self.error = error
        self.duration = duration
    }
}
