public import HelioNode

/// Who is told.
public struct Endpoint: Hashable, Sendable {
    /// Unique; stands in the outbox.
    public let name: String
    public let url: String
    public let events: Set<EventKey>
    /// One secret a line, the first is current; nil sends unsigned.
    public let secretFile: String?
    /// Keys; empty stands for all.
    public let projects: Set<ByteString>
    /// An inactive one is told nothing; what waits for it goes on waiting.
    public let isActive: Bool

    public init(
        name: String, url: String, events: Set<EventKey>, secretFile: String? = nil, projects: Set<ByteString> = [],
        isActive: Bool = true
    ) {
        self.name = name
        self.url = url
        self.events = events
        self.secretFile = secretFile
        self.projects = projects
        self.isActive = isActive
    }

    func covers(_ project: ByteString) -> Bool { projects.isEmpty || projects.contains(project) }
}
