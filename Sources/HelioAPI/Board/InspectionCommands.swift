public import HelioNode

/// What can be asked of the disk that the node's copies lie on. It waits for that disk, and for git where it looks closely.
public struct InspectionCommands: Sendable {
    /// `sync.refs.exclude`.
    public var refsExclude: [String]
    /// Looks at one repository; nil when the node does not mirror it, or not any more. With the second argument it looks at all that
    /// the refs lead to.
    public var look: @Sendable (RepositoryID, _ closely: Bool) async -> InspectedRepository?

    public init(
        refsExclude: [String], look: @escaping @Sendable (RepositoryID, _ closely: Bool) async -> InspectedRepository?
    ) {
        self.refsExclude = refsExclude
        self.look = look
    }
}
