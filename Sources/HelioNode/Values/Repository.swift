/// An id given by the upstream, or derived from the name where the upstream has none.
public struct ProjectID: Hashable, Comparable, Sendable {
    public let value: Int64
    public init(_ value: Int64) { self.value = value }
    public static func < (left: ProjectID, right: ProjectID) -> Bool { left.value < right.value }
}

/// An id given by the upstream, or derived from the name where the upstream has none.
public struct RepositoryID: Hashable, Comparable, Sendable {
    public let value: Int64
    public init(_ value: Int64) { self.value = value }
    public static func < (left: RepositoryID, right: RepositoryID) -> Bool { left.value < right.value }
}

public struct Project: Hashable, Sendable {
    public let id: ProjectID
    public let key: ByteString
    public let name: String
    public let isPublic: Bool

    public init(id: ProjectID, key: ByteString, name: String, isPublic: Bool) {
        self.id = id
        self.key = key
        self.name = name
        self.isPublic = isPublic
    }
}

/// A repository's metadata as the upstream tells it.
public struct Repository: Hashable, Sendable {
    public let id: RepositoryID
    public let name: RepositoryName
    /// What people call it; the slug where the upstream has no other.
    public let displayName: String
    public let project: Project
    public let isPublic: Bool
    /// nil when absent, and for git's stock text.
    public let description: String?
    /// nil when HEAD is detached or not known yet.
    public var defaultBranch: RefName?

    public init(
        id: RepositoryID, name: RepositoryName, displayName: String, project: Project, isPublic: Bool, description: String?,
        defaultBranch: RefName?
    ) {
        self.id = id
        self.name = name
        self.displayName = displayName
        self.project = project
        self.isPublic = isPublic
        self.description = description
        self.defaultBranch = defaultBranch
    }
}
