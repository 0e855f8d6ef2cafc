public import HelioFarm

extension NodeConfiguration {
    public struct Farm: Sendable, Equatable {
        /// nil: the farm of a standalone node has the node's name.
        public var name: String?
        public var coordinator = Coordinator.standalone
        public var redis = Redis()
        /// How long what only one node does at a time is given to it.
        public var lease: Duration = .seconds(30)
        /// How long a starting node that cannot see its farm waits before it goes on alone.
        public var joinWait: Duration = .seconds(30)
        /// How long a member that cannot be read of any more counts as SYNCHRONIZED.
        public var viewHold: Duration = .minutes(5)

        public struct Redis: Sendable, Equatable {
            public var url: RedisURL?
            public var username: String?
            public var passwordFile: String?
        }
    }

    public enum Coordinator: String, Sendable, Equatable, CaseIterable {
        case standalone, redis
    }

    public struct Database: Sendable, Equatable {
        public var metrics = Metrics()

        public struct Metrics: Sendable, Equatable {
            public var isEnabled = false
            /// Between two counts.
            public var interval: Duration = .seconds(10)
            /// How long a node counts for the whole farm before it has to say that it still does.
            public var leaseDuration: Duration = .seconds(30)
            public var failover = Failover.retry
        }

        public enum Failover: String, Sendable, Equatable, CaseIterable {
            /// Try again for as long as the node runs.
            case retry
            /// Try once.
            case exit
        }
    }
}
