/// What readers of hashes are told of a stretch of the catalogue, in its order.
///
/// A slow reader keeps what it has still to read for hours. So this stands apart from the entries, which change with every look at the
/// upstream: what is kept beside the catalogue is what has changed for readers, and no more.
public struct HashShelf: Sendable {
    public internal(set) var lines: [HashLine]
    /// That of the catalogue when something last changed here. In what became of one catalogue, two shelves with the same revision and
    /// the same first line read the same.
    public internal(set) var revision: UInt64
}

/// What a reader of hashes is told of one repository.
public struct HashLine: Sendable {
    public let id: RepositoryID
    public let project: ProjectID
    public let isPublic: Bool
    public let hasCopy: Bool
    public let content: MirrorHash
    public let metadata: MirrorHash

    init(_ entry: RepositoryEntry) {
        id = entry.repository.id
        project = entry.repository.project.id
        isPublic = entry.repository.project.isPublic
        hasCopy = entry.hasCopy
        content = entry.content
        metadata = entry.metadata
    }
}
