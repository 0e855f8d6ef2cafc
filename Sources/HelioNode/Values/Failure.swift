/// Why a synchronisation failed; closed, because it becomes a metric label.
public enum FailureReason: String, Sendable, Hashable, CaseIterable {
    case auth, timeout, noProgress = "no_progress", connection, dns, tls, notFound = "not_found", refLock = "ref_lock"
    case corrupt, disk, rejected, cancelled, deadline, `internal`

    /// Whose fault it is, which decides whether it counts towards quarantine.
    public enum Blame: Sendable {
        /// The repository's own.
        case repository
        /// The repository's own only when another repository of the upstream was reached within the last interval.
        case repositoryIfOthersReached
        /// The node's, or nobody's.
        case node
    }

    public var blame: Blame {
        switch self {
        case .auth, .notFound, .corrupt, .rejected, .refLock, .timeout, .noProgress, .deadline: .repository
        case .connection, .dns, .tls: .repositoryIfOthersReached
        case .disk, .cancelled, .internal: .node
        }
    }
}

/// A failure as everything above git sees it.
public struct Failure: Error, Hashable, Sendable, CustomStringConvertible {
    public let reason: FailureReason
    /// One line for people: bounded, without control characters and without secrets.
    public let message: String
    /// What a 429 or 503 asked for, in seconds from now.
    public let retryAfter: Duration?
    /// The host wants to be asked less, whichever repository it is asked for: no fault of that one.
    public let isOfHost: Bool
    /// It was met at the upstream, before the node's own copy had anything to do with it.
    public let isOfUpstream: Bool

    public init(
        _ reason: FailureReason, _ message: String, retryAfter: Duration? = nil, isOfHost: Bool = false, isOfUpstream: Bool = false
    ) {
        self.reason = reason
        self.message = message
        self.retryAfter = retryAfter
        self.isOfHost = isOfHost
        self.isOfUpstream = isOfUpstream
    }

    /// The same failure, met at the upstream.
    public var ofUpstream: Failure { Failure(reason, message, retryAfter: retryAfter, isOfHost: isOfHost, isOfUpstream: true) }

    public var description: String { "\(reason.rawValue): \(message)" }
}
