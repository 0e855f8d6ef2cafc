public import HelioNode
public import HelioStore

/// Turns what happens to repositories into events: who is told, and what.
public struct Announcer: Sendable {
    /// Bytes of a body that lists changes. nginx before a receiver takes no more unless it is told to (`client_max_body_size 1m`), and
    /// what a receiver never takes starts no build.
    static let bodyLimit = FarmAnnouncement.partLimit

    public let sender: Sender
    public let endpoints: [Endpoint]
    /// Refs; more than that are not listed one by one.
    public let refLimit: Int
    /// Whether what a node without any record finds first is announced too.
    public let announcesInitial: Bool

    public init(sender: Sender, endpoints: [Endpoint], refLimit: Int, announcesInitial: Bool) {
        self.sender = sender
        self.endpoints = endpoints
        self.refLimit = refLimit
        self.announcesInitial = announcesInitial
    }

    /// What a change brings, told from what was last announced.
    ///
    /// - Parameters:
    ///   - content: the hash of the new refs.
    ///   - before: the hash of the old ones; nil when there were none that could be read.
    ///   - last: the record of the last announcement.
    /// - Returns: nil when nobody need be told.
    public func event(
        for change: PreparedChange, of repository: Repository, content: MirrorHash, before: MirrorHash?, last: Announcement?,
        at time: WallTime
    ) -> OutboxEvent? {
        switch base(of: change, before, last) {
        case .adopted: return nil
        case .unknown: return content == last?.content ? nil : event(repository, .snapshot, nil, content, last, at: time)
        case .known(let old):
            let changes = RefChange.between(old, change.new)
            guard !changes.isEmpty else { return nil }
            return event(repository, change.kind, changes.count > refLimit ? nil : changes, content, last, at: time)
        }
    }

    /// A copy that holds something else than was announced, and nobody knows how it came to.
    public func event(for found: UnannouncedContent, of repository: Repository, at time: WallTime) -> OutboxEvent? {
        event(repository, .snapshot, nil, found.content, found.last, at: time)
    }

    public func failureEvent(
        of repository: Repository, _ failure: Failure?, failures: Int, id: String, at time: WallTime
    ) -> OutboxEvent? {
        let names = names(.repositorySyncFailed, repository)
        guard !names.isEmpty else { return nil }
        return OutboxEvent(
            webhookID: id, key: EventKey.repositorySyncFailed.rawValue, repository: repository.id,
            body: EventBody(sender: sender, date: time).failed(repository, failure, failures: failures), endpoints: names)
    }

    public func stateEvent(_ transition: Transition, node: String, id: String, at time: WallTime) -> OutboxEvent? {
        let names = endpoints.filter { $0.isActive && $0.events.contains(.stateChanged) }.map(\.name)
        guard !names.isEmpty else { return nil }
        return OutboxEvent(
            webhookID: id, key: EventKey.stateChanged.rawValue, repository: nil,
            body: EventBody(sender: sender, date: time).changed(transition, node: node), endpoints: names)
    }

    // MARK: From where

    enum Base {
        /// The last announced refs.
        case known(RefSnapshot?)
        /// Something was announced, and it is not known any more what.
        case unknown
        /// What comes now is the first content, which nobody is told of.
        case adopted
    }

    func base(of change: PreparedChange, _ before: MirrorHash?, _ last: Announcement?) -> Base {
        guard let last else {
            if let old = change.old { return .known(old) }
            return announcesInitial ? .known(nil) : .adopted
        }
        guard let announced = last.content else { return .known(nil) }
        return announced == before ? .known(change.old) : .unknown
    }

    private func event(
        _ repository: Repository, _ kind: SyncKind, _ changes: [RefChange]?, _ content: MirrorHash, _ last: Announcement?,
        at time: WallTime
    ) -> OutboxEvent? {
        let names = names(.repositorySynchronized, repository)
        guard !names.isEmpty else { return nil }
        let number = (last?.number ?? 0) + 1
        let writer = EventBody(sender: sender, date: time)
        var body = writer.synchronized(.init(kind: kind, repository: repository, changes: changes))
        if body.count > Self.bodyLimit { body = writer.synchronized(.init(kind: kind, repository: repository, changes: nil)) }
        return OutboxEvent(
            webhookID: sender.webhookID(of: repository.id, number: number, content: content),
            key: EventKey.repositorySynchronized.rawValue, repository: repository.id, number: number, body: body, endpoints: names)
    }

    func names(_ key: EventKey, _ repository: Repository) -> [String] {
        endpoints.filter { $0.isActive && $0.events.contains(key) && $0.covers(repository.name.project) }.map(\.name)
    }
}
