import Glibc

/// How many files and connections the process may have open.
enum DescriptorLimit {
    /// For the connections that the server allows by default, and more than enough for git's pipes and the store.
    private static let wanted: rlim_t = 16_384
    /// Descriptors that are not for connections of clients: 128 for the store, git's pipes and administration; 256 for webhooks on their way
    /// (`Dispatcher`) and 256 for their connections that are kept (`HTTPClient.Configuration.idleConnections`).
    private static let others = 640
    /// Connections among them that each listener for administration may have.
    static let administration = 32

    /// Raises the soft limit as far as the hard one allows. The usual soft limit of 1,024 is there for programs that use select(2);
    /// it would let a thousand idle connections keep the node from starting git.
    /// - Parameter connections: that are to be possible beside the rest.
    static func raise(for connections: Int = 0) {
        var limit = rlimit()
        let wanted = max(wanted, rlim_t(connections + others))
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        // A refusal leaves the limit as it was, with which the node works too.
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// How many of `wanted` connections leave room for the rest, at least half of what there is.
    static func connections(_ wanted: Int) -> Int {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return wanted }
        return connections(wanted, descriptors: Int(clamping: limit.rlim_cur))
    }

    static func connections(_ wanted: Int, descriptors: Int) -> Int { min(wanted, max(descriptors - others, descriptors / 2)) }
}
