public import HelioNode

/// An operation in the background that has not ended yet, as the ledger keeps it.
public struct StoredOperation: Hashable, Sendable {
    /// A UUID.
    public let id: String
    /// `fetch`, `vet` and their like. What an older or newer version wrote may be a word that this one does not know.
    public let kind: String
    /// What it works on, where that is one repository.
    public let repository: ByteString?
    /// The run that it belongs to.
    public let run: String?
    /// For people.
    public let startedAt: WallTime

    public init(id: String, kind: String, repository: ByteString?, run: String?, startedAt: WallTime) {
        self.id = id
        self.kind = kind
        self.repository = repository
        self.run = run
        self.startedAt = startedAt
    }
}
