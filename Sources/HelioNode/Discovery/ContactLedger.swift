/// When the upstream was last heard of, and through which repositories: a connection that fails is a repository's own fault
/// only when another repository was reached within the same interval.
struct ContactLedger: Sendable {
    private(set) var last: Moment?
    /// The last two distinct repositories that were reached, newest first.
    private var reached: [(repository: RepositoryID, at: MonotonicTime)] = []

    mutating func heard(at now: Moment) { last = now }

    mutating func reached(_ repository: RepositoryID, at now: Moment) {
        heard(at: now)
        reached.removeAll { $0.repository == repository }
        reached.insert((repository, now.monotonic), at: 0)
        if reached.count > 2 { reached.removeLast() }
    }

    func reachedAnother(than repository: RepositoryID, within interval: Duration, at now: MonotonicTime) -> Bool {
        reached.contains { $0.repository != repository && now - $0.at <= interval }
    }
}
