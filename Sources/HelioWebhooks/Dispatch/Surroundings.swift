public import HelioNode

/// What a dispatcher cannot do by itself. Closures, so that tests move the clock and answer for receivers.
public struct Surroundings: Sendable {
    public var now: @Sendable () -> Moment
    /// Returns early when the task is cancelled.
    public var wait: @Sendable (Duration) async -> Void
    /// The endpoint's secrets, read anew for each attempt, so that a rotation holds for what is queued; nil for an endpoint without. In
    /// bounded time, as an attempt of the endpoint waits for them; it may be called for many endpoints at once.
    public var keys: @Sendable (Endpoint) async throws(SecretsUnusable) -> SigningKeys?
    public var post: @Sendable (OutgoingRequest) async -> Reply
    public var observe: @Sendable (Observation) -> Void

    public init(
        now: @escaping @Sendable () -> Moment, wait: @escaping @Sendable (Duration) async -> Void,
        keys: @escaping @Sendable (Endpoint) async throws(SecretsUnusable) -> SigningKeys?,
        post: @escaping @Sendable (OutgoingRequest) async -> Reply, observe: @escaping @Sendable (Observation) -> Void
    ) {
        self.now = now
        self.wait = wait
        self.keys = keys
        self.post = post
        self.observe = observe
    }
}

/// Why nothing can be signed, for people.
public struct SecretsUnusable: Error, Sendable, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}

/// One POST.
public struct OutgoingRequest: Sendable {
    public let url: String
    public let headers: [(name: String, value: String)]
    public let body: [UInt8]
}

/// What came back.
public enum Reply: Sendable {
    /// - retryAfter: the header as it stood.
    case answered(status: Int, retryAfter: String?)
    /// No answer that counts, and why, for people.
    case failed(String)
}

/// What a dispatcher tells of its work.
public enum Observation: Sendable {
    case began(endpoint: String, DeliveryName)
    case ended(endpoint: String, DeliveryName, Ending, status: Int?, error: String?)
    /// Without an attempt of its own: what comes after it was taken.
    case gaveUp(endpoint: String, DeliveryName, error: String?)
    case breakerOpened(endpoint: String, error: String?)
    case breakerClosed(endpoint: String)
    /// It answered 410.
    case endpointClosed(String)
    /// Results wait until the store takes writes again.
    case storeRefused(String)

    public enum Ending: String, Sendable, CaseIterable {
        case delivered
        /// It will be tried again.
        case failed
        case dead
    }
}

/// How people find a delivery again.
public struct DeliveryName: Hashable, Sendable {
    /// In the outbox.
    public let id: Int64
    /// Counts the attempts of this process, so that a beginning and its end are found together.
    public let attempt: UInt64
    public let repository: RepositoryID?
}
