/// A run that a crash left open.
public struct OrphanedRun: Hashable, Sendable {
    /// As it is closed now.
    public let run: StoredRun
    /// Repositories of its plan that had not come out when it was last seen alive.
    public let lostRepositories: Int
}
