/// What `GET /admin/overview` answers and `heliostat status` shows.
public struct Overview: Sendable, Codable, Equatable {
    public var node: String
    public var version: String
    /// A `NodeState`, as text: an older command line can show what a newer node says.
    public var state: String
    /// ISO 8601, UTC.
    public var stateSince: String
    public var stateSeconds: Double
    /// What `/status` answers: 200 or 503.
    public var status: Int
    /// What `/readyz` answers.
    public var ready: Bool
    public var reasons: [Reason]
    /// The operator's reason while draining; nil otherwise.
    public var draining: String?
    /// Draining outlives a restart; nil from a node that does not say.
    public var drainKept: Bool?
    public var lagSeconds: Double
    /// nil before the first contact.
    public var lastUpstreamContactSeconds: Double?
    public var discovering: Bool
    public var repositories: Repositories
    public var queue: Queue
    public var worst: [Trouble]
    public var rejected: [Rejected]
    /// How many there are, those that are not listed among them; nil from a node that does not say.
    public var worstTotal: Int?
    public var rejectedTotal: Int?
    /// What the purge guard holds back, in words; nil while it is not tripped.
    public var purgeGuard: String?

    /// Why the node is not ready.
    public struct Reason: Sendable, Codable, Equatable {
        public var rule: String
        public var actual: String
        public var limit: String
        /// What would make it ready.
        public var remedy: String

        public init(rule: String, actual: String, limit: String, remedy: String) {
            self.rule = rule
            self.actual = actual
            self.limit = limit
            self.remedy = remedy
        }
    }

    public struct Repositories: Sendable, Codable, Equatable {
        public var total: Int
        public var synchronized: Int
        public var behind: Int
        public var quarantined: Int
        /// Of the first synchronisation; 0 once it is over.
        public var firstCopiesLeft: Int

        public init(total: Int, synchronized: Int, behind: Int, quarantined: Int, firstCopiesLeft: Int) {
            self.total = total
            self.synchronized = synchronized
            self.behind = behind
            self.quarantined = quarantined
            self.firstCopiesLeft = firstCopiesLeft
        }
    }

    public struct Queue: Sendable, Codable, Equatable {
        public var waiting: Int
        public var running: Int

        public init(waiting: Int, running: Int) {
            self.waiting = waiting
            self.running = running
        }
    }

    /// A repository that is not as it should be.
    public struct Trouble: Sendable, Codable, Equatable {
        public var repository: String
        /// `quarantined`, `behind`, `waiting`, or `synchronized` where the last attempt failed and no change is known.
        public var status: String
        /// For how long.
        public var seconds: Double
        /// A `FailureReason`; nil when nothing failed.
        public var reason: String?
        public var message: String?
        public var failures: Int

        public init(repository: String, status: String, seconds: Double, reason: String?, message: String?, failures: Int) {
            self.repository = repository
            self.status = status
            self.seconds = seconds
            self.reason = reason
            self.message = message
            self.failures = failures
        }
    }

    /// Something at the upstream that cannot be mirrored.
    public struct Rejected: Sendable, Codable, Equatable {
        public var path: String
        public var why: String

        public init(path: String, why: String) {
            self.path = path
            self.why = why
        }
    }

    public init(
        node: String, version: String, state: String, stateSince: String, stateSeconds: Double, status: Int, ready: Bool,
        reasons: [Reason] = [], draining: String? = nil, lagSeconds: Double, lastUpstreamContactSeconds: Double?,
        discovering: Bool, repositories: Repositories, queue: Queue, worst: [Trouble] = [], rejected: [Rejected] = [],
        purgeGuard: String? = nil
    ) {
        self.node = node
        self.version = version
        self.state = state
        self.stateSince = stateSince
        self.stateSeconds = stateSeconds
        self.status = status
        self.ready = ready
        self.reasons = reasons
        self.draining = draining
        self.lagSeconds = lagSeconds
        self.lastUpstreamContactSeconds = lastUpstreamContactSeconds
        self.discovering = discovering
        self.repositories = repositories
        self.queue = queue
        self.worst = worst
        self.rejected = rejected
        self.purgeGuard = purgeGuard
    }
}
