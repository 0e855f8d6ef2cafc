public import HelioNode

public struct DeliveryID: Hashable, Comparable, Sendable {
    public let value: Int64
    public init(_ value: Int64) { self.value = value }
    public static func < (left: DeliveryID, right: DeliveryID) -> Bool { left.value < right.value }
}

/// The raw values stand in the database.
public enum DeliveryState: String, Sendable, Hashable, CaseIterable {
    /// Its change is not done yet.
    case prepared
    /// Another node of the farm sends it, or this one once the others have it.
    case standby
    case pending, delivered
    /// Given up, kept, and sent again by hand only.
    case dead
}

/// The oldest pending delivery of one repository to one endpoint: what may be sent next.
public struct DeliveryHead: Hashable, Sendable {
    public let id: DeliveryID
    /// 0 stands for events about the node.
    public let repository: RepositoryID
    /// Failed so far.
    public let attempts: Int
    /// Failed while the endpoint took others.
    public let refusals: Int
    /// When it last failed, and how long after that it may go again; nil before the first attempt.
    public let retry: Retry?

    public struct Retry: Hashable, Sendable {
        public let failedAt: WallTime
        public let delay: Duration

        public init(failedAt: WallTime, delay: Duration) {
            self.failedAt = failedAt
            self.delay = delay
        }
    }

    public init(id: DeliveryID, repository: RepositoryID, attempts: Int = 0, refusals: Int = 0, retry: Retry? = nil) {
        self.id = id
        self.repository = repository
        self.attempts = attempts
        self.refusals = refusals
        self.retry = retry
    }
}

/// What goes over the wire.
public struct DeliveryContent: Hashable, Sendable {
    public let webhookID: String
    public let key: String
    public let body: [UInt8]

    public init(webhookID: String, key: String, body: [UInt8]) {
        self.webhookID = webhookID
        self.key = key
        self.body = body
    }
}

/// What became of an attempt.
public struct DeliveryResult: Hashable, Sendable {
    public enum Outcome: Hashable, Sendable {
        case delivered
        case retry(after: Duration, attempts: Int, refusals: Int)
        /// It waits on as it did: what happened counts as no attempt.
        case held
        case dead(attempts: Int)
    }

    public let id: DeliveryID
    public let outcome: Outcome
    /// Of the answer; nil without one.
    public let status: Int?
    /// For people: why it failed.
    public let error: String?

    public init(id: DeliveryID, outcome: Outcome, status: Int?, error: String?) {
        self.id = id
        self.outcome = outcome
        self.status = status
        self.error = error
    }
}

/// A row of the outbox, for people.
public struct StoredDelivery: Hashable, Sendable {
    public let id: DeliveryID
    public let webhookID: String
    public let key: String
    public let repository: RepositoryID?
    public let endpoint: String
    public let state: DeliveryState
    public let attempts: Int
    public let createdAt: WallTime
    public let attemptedAt: WallTime?
    public let status: Int?
    public let error: String?
}

/// How much waits and how much was given up.
public struct OutboxCounts: Hashable, Sendable {
    public let pending: Int
    public let dead: Int
    /// Of the oldest pending event.
    public let oldest: WallTime?
}
