/// How a repository is brought up to date.
public enum SyncKind: String, Sendable, Hashable, CaseIterable {
    /// An existing copy is updated.
    case incremental
    /// The whole repository is taken: no usable local copy, or a repair by mirroring it anew.
    case snapshot
}

/// A change of refs whose objects are here and whose refs are not moved yet. It is stored before any ref moves, so that a
/// crash is finished or rolled back at the next start.
public struct PreparedChange: Hashable, Sendable {
    public let repository: RepositoryID
    public let name: RepositoryName
    public let kind: SyncKind
    /// The refs of the local copy before; nil when there was none that could be read.
    public let old: RefSnapshot?
    public let new: RefSnapshot

    public init(repository: RepositoryID, name: RepositoryName, kind: SyncKind, old: RefSnapshot?, new: RefSnapshot) {
        self.repository = repository
        self.name = name
        self.kind = kind
        self.old = old
        self.new = new
    }
}
