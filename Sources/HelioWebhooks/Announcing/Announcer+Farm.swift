public import HelioNode
public import HelioStore

/// Who is in the farm when something is announced, and who of them may not have it.
public struct FarmNote: Hashable, Sendable {
    /// Members, the sender included.
    public let nodes: Int
    /// Names.
    public let laggards: [String]

    public init(nodes: Int, laggards: [String]) {
        self.nodes = nodes
        self.laggards = laggards
    }
}

/// Announcing as a member of a farm: what a change brings is held until the farm has it, and then told once for all.
extension Announcer {
    /// What is to be held of a change.
    ///
    /// - Parameters:
    ///   - content: the hash of the new refs.
    ///   - before: the hash of the old ones; nil when there were none that could be read.
    ///   - told: how the copy stands to what was last announced.
    /// - Returns: nil when nobody need be told.
    public func draft(
        for change: PreparedChange, of repository: Repository, content: MirrorHash, before: MirrorHash?, told: ToldState
    ) -> HeldDraft? {
        guard !names(.repositorySynchronized, repository).isEmpty, content != told.announcement?.content || told.difference?.isHeld == true
        else { return nil }
        let changes: [RefChange]?
        if let difference = told.difference {
            let step = change.old.map { RefChange.between($0, change.new) }
            changes = difference.changes.flatMap { so in step.map { so.followed(by: $0) } }
        } else {
            switch base(of: change, before, told.announcement) {
            case .adopted: return nil
            case .unknown: changes = nil
            case .known(let old): changes = RefChange.between(old, change.new)
            }
        }
        // Back to what was announced: that is news only where something else waits to be told before it.
        if changes == [], told.difference?.isHeld != true { return nil }
        return HeldDraft(kind: changes == nil ? .snapshot : change.kind, content: content, changes: listed(changes))
    }

    private func listed(_ changes: [RefChange]?) -> [RefChange]? { changes.flatMap { $0.count > refLimit ? nil : $0 } }

    /// - Returns: nil when no endpoint wants to be told.
    public func announcement(
        of held: StoredHeldChange, of repository: Repository, number: Int64, sender: MemberID, farm: FarmNote, at time: WallTime
    ) -> AgreedAnnouncement? {
        let names = names(.repositorySynchronized, repository)
        guard !names.isEmpty else { return nil }
        let writer = EventBody(sender: self.sender, date: time)
        // What others announced meanwhile may have made it longer. Nodes are given all of it, and lead on from there what they hold.
        let changes = listed(held.draft.changes)
        var body = writer.synchronized(.init(kind: held.draft.kind, repository: repository, changes: changes, farm: farm))
        if body.count > Self.bodyLimit {
            body = writer.synchronized(.init(kind: held.draft.kind, repository: repository, changes: nil, farm: farm))
        }
        let id = self.sender.webhookID(of: repository.id, number: number, content: held.draft.content)
        return AgreedAnnouncement(
            event: OutboxEvent(
                webhookID: id, key: EventKey.repositorySynchronized.rawValue, repository: repository.id, number: number, body: body,
                endpoints: names),
            repository: repository.id, number: number, content: held.draft.content, changes: held.draft.changes, sender: sender,
            isPublished: false)
    }

    /// What another node has proposed and the farm has settled.
    public func agreed(_ announcement: FarmAnnouncement, of repository: Repository) -> AgreedAnnouncement {
        AgreedAnnouncement(
            event: OutboxEvent(
                webhookID: announcement.webhookID, key: EventKey.repositorySynchronized.rawValue, repository: repository.id,
                number: announcement.number, body: announcement.body, endpoints: names(.repositorySynchronized, repository)),
            repository: repository.id, number: announcement.number, content: announcement.content,
            changes: announcement.changes.flatMap { RefChangesCodec.decode($0) }, sender: announcement.sender, isPublished: true)
    }
}

extension AgreedAnnouncement {
    /// For the coordinator.
    public var proposal: FarmAnnouncement {
        FarmAnnouncement(
            repository: repository, number: number, content: content, sender: sender, webhookID: event.webhookID, body: event.body,
            changes: FarmAnnouncement.told(changes.map { RefChangesCodec.encode($0) }))
    }

    /// As the coordinator has it.
    public func settled(sender: MemberID) -> AgreedAnnouncement {
        AgreedAnnouncement(
            event: event, repository: repository, number: number, content: content, changes: changes, sender: sender, isPublished: true)
    }
}
