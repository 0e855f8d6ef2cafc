extension NodeConfiguration {
    public struct Sync: Sendable, Equatable {
        /// Between two comparisons with the upstream; each is jittered.
        public var interval: Duration = .minutes(3)
        /// Repositories synchronised at once.
        public var concurrency = 4
        /// Failures of its own after which a repository is quarantined.
        public var attempts = 5
        /// git is stopped when it shows no progress for so long.
        public var noProgress: Duration = .seconds(120)
        /// The longest a synchronisation of an existing copy may take.
        public var total: Duration = .hours(2)
        /// The longest a first copy may take; at least `total`.
        public var firstCopyTotal: Duration = .hours(12)
        /// Memory for each git process that talks to the upstream, in bytes.
        public var maxMemory: Int64 = 4 << 30
        /// The largest pack taken in one fetch, in bytes.
        public var maxPack: Int64 = 64 << 30
        public var purgeGuard = PurgeGuard()
        /// How long deleted repositories stay in the trash.
        public var trashKeep: Duration = .days(7)
        public var quarantineBlocksSynchronized = false
        public var refs = Refs()
        /// Names of git's fsck messages to ignore, beside those that are harmless anyway.
        public var fsckIgnore: [String] = []

        /// A listing lacking more than *both* deletes nothing.
        public struct PurgeGuard: Sendable, Equatable {
            public var percent = Percentage(5)
            public var count = 10
        }

        public struct Refs: Sendable, Equatable {
            /// Patterns of full ref names that are neither mirrored nor hashed.
            public var exclude: [String] = []
        }
    }
}
