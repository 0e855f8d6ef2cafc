import Glibc

/// How many files and connections the process may have open.
enum DescriptorLimit {
    /// The connections that the server allows (10,000) and room for git's pipes and the store.
    private static let wanted: rlim_t = 16_384

    /// Raises the soft limit as far as the hard one allows. The usual soft limit of 1,024 is there for programs that use select(2);
    /// it would let a thousand idle connections keep the node from starting git.
    static func raise() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0, limit.rlim_cur < wanted else { return }
        limit.rlim_cur = min(wanted, limit.rlim_max)
        // A refusal leaves the limit as it was, with which the node works too.
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
