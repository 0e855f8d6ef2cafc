import HelioGit
import HelioLock
import HelioNode
import HelioStore
import HelioWebhooks

/// What the node tells receivers: builds events as things happen, and has the dispatcher deliver them.
///
/// An event of a change goes into the store together with the change; all others take their place in the store's line.
final class Webhooks: Sendable {
    let dispatcher: Dispatcher
    private let store: Store
    private let node: String
    private let metrics: WebhookMetrics
    private let announcer: Locked<Announcer>
    private let isOpen = Locked(false)
    /// Without a farm, what changed is told at once.
    let isAlone: Bool

    init(store: Store, _ configuration: NodeConfiguration, _ surroundings: Surroundings, metrics: WebhookMetrics) {
        self.store = store
        self.metrics = metrics
        node = configuration.node.name
        isAlone = configuration.farm.coordinator == .standalone
        announcer = Locked(Announcer(configuration))
        dispatcher = Dispatcher(
            store: store, surroundings: surroundings, version: Version.number, seed: .random(in: .min ... .max))
    }

    /// What a crash left is settled: deliveries begin.
    ///
    /// - Parameter current: the configuration as it is now, which a reload may change meanwhile.
    func open(_ current: @Sendable () -> NodeConfiguration) async throws(StoreError) {
        isOpen.withLock { $0 = true }
        var configured: NodeConfiguration
        repeat {
            configured = current()
            try await configure(configured)
        } while configured != current()
    }

    /// After a reload. One that comes before `open` changes what is told; who delivers is still to begin.
    /// - Throws: when the store does not take it; everything stays as it was then.
    func configure(_ configuration: NodeConfiguration) async throws(StoreError) {
        if isOpen.withLock({ $0 }) { try await dispatcher.configure(configuration.webhooks.endpoints) }
        announcer.withLock { $0 = Announcer(configuration) }
    }

    /// Says what of a change is to be held until the farm has it, by what was last announced; nil when nobody need be told.
    func draft(for change: PreparedChange, of repository: Repository) -> @Sendable (ToldState) -> HeldDraft? {
        let announcer = announcer.withLock { $0 }
        let (content, before) = (ContentHash.of(change.new), change.old.map(ContentHash.of))
        return { announcer.draft(for: change, of: repository, content: content, before: before, told: $0) }
    }

    func announcement(
        of held: StoredHeldChange, of repository: Repository, number: Int64, sender: MemberID, farm: FarmNote
    ) -> AgreedAnnouncement? {
        announcer.withLock { $0 }.announcement(
            of: held, of: repository, number: number, sender: sender, farm: farm, at: SystemClock.wall())
    }

    func agreed(_ announcement: FarmAnnouncement, of repository: Repository) -> AgreedAnnouncement {
        announcer.withLock { $0 }.agreed(announcement, of: repository)
    }

    /// The farm lets events go.
    func released(_ repository: RepositoryID, to endpoints: [String]) {
        guard !endpoints.isEmpty else { return }
        metrics.published(endpoints.count)
        Task { await dispatcher.added(repository, to: endpoints) }
    }

    /// What a change is to be told as once its refs have moved; nil when nobody need be told.
    func event(for change: PreparedChange, of repository: Repository) async throws(StoreError) -> OutboxEvent? {
        let last = try await store.announcement(of: change.repository)
        let announcer = announcer.withLock { $0 }
        return announcer.event(
            for: change, of: repository, content: ContentHash.of(change.new), before: change.old.map(ContentHash.of), last: last,
            at: SystemClock.wall())
    }

    /// The refs have moved, and the store says so.
    func released(_ event: OutboxEvent?) {
        guard let event else { return }
        metrics.published(event.endpoints.count)
        Task { await dispatcher.added(event.repository, to: event.endpoints) }
    }

    /// As above, where nobody knows any more what the event was.
    func released(_ repository: RepositoryID) {
        let names = announcer.withLock { $0.endpoints.map(\.name) }
        Task { await dispatcher.added(repository, to: names) }
    }

    // MARK: What no change of refs brings

    func failure(of repository: Repository, _ failure: Failure?, failures: Int) -> OutboxEvent? {
        announcer.withLock { $0 }.failureEvent(of: repository, failure, failures: failures, id: Self.freshID(), at: SystemClock.wall())
    }

    func transition(_ transition: Transition) -> OutboxEvent? {
        announcer.withLock { $0 }.stateEvent(transition, node: node, id: Self.freshID(), at: SystemClock.wall())
    }

    /// Called by the store's line.
    func post(_ event: OutboxEvent) async throws(StoreError) {
        try await store.post([event], at: SystemClock.wall())
        released(event)
    }

    /// Sends a delivery again that is over.
    /// - Returns: false when there is none of the id for an endpoint that is configured.
    func redeliver(_ id: DeliveryID) async throws(StoreError) -> Bool {
        let names = announcer.withLock { $0.endpoints.map(\.name) }
        guard let (endpoint, repository) = try await store.redeliver(id, toOneOf: names) else { return false }
        await dispatcher.added(repository, to: [endpoint])
        return true
    }

    /// At the start: what a copy holds without anybody having been told.
    /// - Returns: how many repositories that were.
    func announceUnannounced(_ catalogue: [RepositoryID: Repository]) async throws(StoreError) -> Int {
        try await store.adoptUnrecorded()
        if isAlone { try await store.releaseAll() }
        let announcer = announcer.withLock { $0 }
        let found = try await store.unannounced()
        for content in found {
            let now = SystemClock.wall()
            guard isAlone else {
                try await store.hold(content, at: now)
                continue
            }
            let event = catalogue[content.repository].flatMap { announcer.event(for: content, of: $0, at: now) }
            try await store.announce(content.repository, content: content.content, event: event, at: now)
        }
        if isAlone { try await store.forgetHeldChanges() }
        return found.count
    }

    /// A copy was found to be what the upstream has, and may hold something else than was announced: its repository came back before it
    /// was removed, or the database is a backup, or a new one. That is news like a copy that was made.
    ///
    /// - Parameters:
    ///   - isFirst: no copy was known of.
    ///   - baseline: read before the upstream was looked at; nil for a node by itself.
    /// - Returns: what is held until the farm has it, in a member of one.
    func found(
        _ repository: Repository, holding content: MirrorHash, isFirst: Bool, since baseline: Store.Baseline?
    ) async throws(StoreError) -> HeldID? {
        let now = SystemClock.wall()
        let announcer = announcer.withLock { $0 }
        let tellsFirst = isFirst && announcer.announcesInitial
        guard let found = try await store.unannounced(repository.id, holding: content, tellsFirst: tellsFirst) else { return nil }
        guard isAlone else { return try await store.hold(found, since: baseline, at: now) }
        let event = announcer.event(for: found, of: repository, at: now)
        try await store.announce(repository.id, content: content, event: event, at: now)
        released(event)
        return nil
    }

    private static func freshID() -> String {
        var random = SystemRandomNumberGenerator()
        return RunID(using: &random).description
    }
}

extension Announcer {
    init(_ configuration: NodeConfiguration) {
        self.init(
            sender: Sender(
                farm: configuration.farm.name ?? configuration.node.name, cloneURLs: configuration.node.cloneURLs,
                browseURL: configuration.node.browseURL),
            endpoints: configuration.webhooks.endpoints, refLimit: configuration.webhooks.refLimit,
            announcesInitial: configuration.webhooks.announceInitial)
    }
}
