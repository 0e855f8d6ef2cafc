public import HelioNode
public import HelioStore

/// Delivers what the outbox holds: at least once, in order within a repository, each endpoint for itself.
///
/// Decisions are those of `EndpointLine`; this asks the store, posts, and notes what came of it. A result counts once the store has it,
/// so a crash repeats a delivery and never skips one, and a full disk stops deliveries until there is room again.
public actor Dispatcher {
    /// Heads in memory for all endpoints together, unless each has less than it needs.
    private static let headLimit = 100_000
    private static let stopLimit = Duration.seconds(2)
    private static let page = 500
    private static let storeRetry = Duration.seconds(1)

    /// Its line holds megabytes where much waits: nobody keeps a copy across an `await`, or the next change copies them all.
    ///
    /// It is fresh until a first attempt has ended, and is refilled whenever its line wants more. A reload without its endpoint
    /// retires it in any of these states. The next one with the endpoint takes it up as it is; else it goes when nothing is on its way.
    struct Place {
        var endpoint: Endpoint
        var line: EndpointLine
        var lastError: String?
        /// Nothing is known of the receiver yet but from before the start.
        var isFresh = true
        /// Heads are being looked for; nobody else looks meanwhile.
        var isRefilling = false
        /// Not configured any more; kept until what is on its way has ended, so that this is stored.
        var isRetired = false

        /// - Returns: whether the line has room for more.
        mutating func take(_ heads: [DeliveryHead], at now: Moment) -> Bool {
            let hasRoom = heads.allSatisfy { line.take($0, at: now) }
            if isFresh, heads.contains(where: { $0.attempts > 0 }) { line.beginWithProbe(at: now.monotonic) }
            return hasRoom
        }
    }

    let store: Store
    let surroundings: Surroundings
    private let version: String
    private let concurrency: Int
    private var random: SeededGenerator
    var places: [String: Place] = [:]
    private var limit = SharedLimit(places: 256)
    private var lastAttempt: UInt64 = 0
    private var unnoted: [Ended] = []
    private var isNoting = false
    private var wakes: [String: MonotonicTime] = [:]
    private var wakeTask: (due: MonotonicTime, task: Task<Void, Never>)?
    private var tasks: [UInt64: Task<Void, Never>] = [:]
    private var isStopping = false

    /// - Parameters:
    ///   - version: named to receivers.
    ///   - concurrency: deliveries to one endpoint at once.
    public init(store: Store, surroundings: Surroundings, version: String, concurrency: Int = 8, seed: UInt64) {
        self.store = store
        self.surroundings = surroundings
        self.version = version
        self.concurrency = concurrency
        random = SeededGenerator(seed: seed)
    }

    // MARK: Endpoints

    /// At the start and after a reload. What waits for an endpoint that is not here any more waits on in the outbox.
    public func configure(_ endpoints: [Endpoint]) async throws(StoreError) {
        let closed = try await store.closedEndpoints()
        for endpoint in endpoints where closed[endpoint.name].map({ $0 != endpoint.url }) ?? false {
            try await store.reopenEndpoint(endpoint.name)
        }
        // Nothing is waited for from here on: lines change while one waits.
        var places: [String: Place] = [:]
        for endpoint in endpoints {
            let isClosed = closed[endpoint.name] == endpoint.url
            var place =
                self.places[endpoint.name]
                ?? Place(endpoint: endpoint, line: EndpointLine(concurrency: concurrency, isActive: true, isClosed: isClosed))
            if place.endpoint.url != endpoint.url { place.line.reopen() }
            place.endpoint = endpoint
            place.isRetired = false
            place.line.isActive = endpoint.isActive
            place.line.limit = max(EndpointLine.knownLimit, Self.headLimit / endpoints.count)
            places[endpoint.name] = place
        }
        for (name, place) in self.places where places[name] == nil && !limit.isIdle(name) {
            places[name] = place
            places[name]?.isRetired = true
            places[name]?.line.isActive = false
        }
        self.places = places
        for endpoint in endpoints { await refill(endpoint.name) }
    }

    /// The operator says that it takes deliveries again.
    /// - Returns: false when there is no such endpoint.
    public func enable(_ name: String) async throws(StoreError) -> Bool {
        guard let place = places[name], !place.isRetired else { return false }
        let wasClosed = place.line.isClosed
        // First, so that a 410 that came before and is still to be stored does not close it again.
        places[name]?.line.reopen()
        do throws(StoreError) { try await store.reopenEndpoint(name) } catch {
            places[name]?.line.isClosed = wasClosed
            throw error
        }
        await refill(name)
        return true
    }

    /// Sends a ping now, past the outbox and whatever the line says.
    /// - Returns: nil when there is no such endpoint.
    public func ping(_ name: String) async -> Reply? {
        guard let endpoint = places[name]?.endpoint, places[name]?.isRetired == false else { return nil }
        let content = DeliveryContent(webhookID: UUIDv4.make(), key: EventKey.ping.rawValue, body: EventBody.ping)
        do throws(SecretsUnusable) {
            let request = try await request(content, to: endpoint)
            return await surroundings.post(request)
        } catch {
            return .failed(error.description)
        }
    }

    private func request(_ content: DeliveryContent, to endpoint: Endpoint) async throws(SecretsUnusable) -> OutgoingRequest {
        let keys = try await surroundings.keys(endpoint)
        return OutgoingRequest(
            to: endpoint, content, keys: keys, requestID: UUIDv4.make(), at: surroundings.now().wall, version: version)
    }

    public var statuses: [EndpointStatus] {
        places.values.filter { !$0.isRetired }.sorted { $0.endpoint.name < $1.endpoint.name }.map { place in
            let state: EndpointStatus.State =
                !place.line.isActive ? .inactive : place.line.isClosed ? .gone : place.line.isOpen ? .unreachable : .active
            return EndpointStatus(
                endpoint: place.endpoint, state: state, underWay: place.line.underWayCount, lastError: place.lastError)
        }
    }

    // MARK: What waits

    /// Something was stored for these endpoints, or let go again; it may be older than what waits of its repository.
    public func added(_ repository: RepositoryID?, to endpoints: [String]) async {
        let repository = repository ?? RepositoryID(0)
        for name in endpoints {
            guard places[name]?.line.mustLookUp(repository) == true else { continue }
            await lookUp(repository, for: name)
        }
    }

    private func lookUp(_ repository: RepositoryID, for name: String) async {
        let before = RepositoryID(repository.value - 1)
        // A store that does not answer now is asked again in a moment, about everything.
        guard let head = try? await store.heads(of: name, after: before, limit: 1).first, head.repository == repository else {
            places[name]?.line.missedSome()
            return wake(name, at: surroundings.now().monotonic + Self.storeRetry)
        }
        _ = places[name]?.take([head], at: surroundings.now())
        pump(name)
    }

    /// Looks through the store for heads that the line does not know yet, until there is no room or there are no more.
    private func refill(_ name: String) async {
        guard places[name]?.isRefilling == false, places[name]?.line.wantsMore == true else { return pump(name) }
        places[name]?.isRefilling = true
        defer { places[name]?.isRefilling = false }
        var last: RepositoryID?
        var missed = places[name]?.line.missed
        while true {
            // As above.
            guard let heads = try? await store.heads(of: name, after: last, limit: Self.page) else {
                wake(name, at: surroundings.now().monotonic + Self.storeRetry)
                break
            }
            guard places[name]?.take(heads, at: surroundings.now()) == true else { break }
            last = heads.last?.repository
            guard heads.count < Self.page else { continue }
            // What was stored meanwhile, among repositories that were looked at before, is looked for again.
            guard let found = places[name]?.line.missed, found != missed else {
                places[name]?.line.completed()
                break
            }
            (missed, last) = (found, nil)
        }
        pump(name)
    }

    // MARK: Attempts

    private func pump(_ name: String) {
        guard !isStopping else { return }
        let now = surroundings.now().monotonic
        while let attempt = next(name, at: now) { start(attempt, to: name) }
        // What is due and does not go waits for an end, which comes by itself.
        if let due = places[name]?.line.nextDue, due > now { wake(name, at: due) }
    }

    private func next(_ name: String, at now: MonotonicTime) -> Attempt? {
        if let attempt = places[name]?.line.next(at: now, mayAdd: limit.hasRoom) { return attempt }
        if !limit.hasRoom, places[name]?.line.hasDue(at: now) == true { limit.wait(name) }
        return nil
    }

    private func start(_ attempt: Attempt, to name: String) {
        guard let endpoint = places[name]?.endpoint else { return }
        lastAttempt += 1
        limit.began(name)
        let number = lastAttempt
        tasks[number] = Task {
            let ended = await attemptDelivery(attempt, to: endpoint, number: number)
            tasks[number] = nil
            if let ended { finish(ended) }
        }
    }

    /// - Returns: nil when the node stops: nobody knows whether the receiver has it.
    private func attemptDelivery(_ attempt: Attempt, to endpoint: Endpoint, number: UInt64) async -> Ended? {
        let name = DeliveryName(
            id: attempt.head.id.value, attempt: number, repository: attempt.head.repository.value == 0 ? nil : attempt.head.repository)
        var ended = Ended(attempt: attempt, name: name, endpoint: endpoint)
        do throws(StoreError) {
            if attempt.kind == .successorProbe {
                ended.successor = try await store.successor(of: attempt.head.id)?.id
                // Nothing follows it: what was refused just now is not to be sent again at once.
                guard ended.successor != nil else { return ended }
            }
            guard let content = try await store.content(of: ended.sent) else { return ended }
            surroundings.observe(.began(endpoint: endpoint.name, name))
            ended.outcome = await send(content, to: endpoint)
            return Task.isCancelled ? nil : ended
        } catch {
            surroundings.observe(.began(endpoint: endpoint.name, name))
            ended.outcome = .unsent("\(error)")
            return ended
        }
    }

    private func send(_ content: DeliveryContent, to endpoint: Endpoint) async -> Ended.Outcome {
        do throws(SecretsUnusable) {
            let request = try await request(content, to: endpoint)
            return Ended.Outcome(await surroundings.post(request))
        } catch {
            return .unsent(error.description)
        }
    }

    // MARK: Results

    private func finish(_ ended: Ended) {
        var ended = ended
        let now = surroundings.now()
        let verdict = ended.verdict(at: now.wall, current: places[ended.endpoint]?.endpoint.url)
        guard
            let decision = places[ended.endpoint]?.line.ended(
                ended.attempt, verdict, isAnswered: ended.outcome.status != nil, at: now.monotonic, using: &random)
        else { return release(ended) }  // the endpoint left the configuration; its delivery stays pending
        ended.decision = decision
        places[ended.endpoint]?.isFresh = false
        if let error = ended.outcome.error { places[ended.endpoint]?.lastError = error }
        if !ended.outcome.isSettled { tell(ended, decision) }
        unnoted.append(ended)
        noteAll()
    }

    private func tell(_ ended: Ended, _ decision: EndpointLine.Decision) {
        let ending: Observation.Ending =
            switch decision.outcome {
            case .delivered: .delivered
            case .retry, .held: .failed
            case .dead: .dead
            }
        let (status, error) = (ended.outcome.status, ended.outcome.error)
        let sent = DeliveryName(id: ended.sent.value, attempt: ended.name.attempt, repository: ended.name.repository)
        surroundings.observe(.ended(endpoint: ended.endpoint, sent, ending, status: status, error: error))
        if decision.givesUpHead, ended.sent != ended.attempt.head.id {
            surroundings.observe(.gaveUp(endpoint: ended.endpoint, ended.name, error: Ended.givenUp))
        }
        switch decision.breaker {
        case .opened: surroundings.observe(.breakerOpened(endpoint: ended.endpoint, error: error))
        case .closed: surroundings.observe(.breakerClosed(endpoint: ended.endpoint))
        case nil: break
        }
        if decision.closesEndpoint { surroundings.observe(.endpointClosed(ended.endpoint)) }
    }

    /// What ended while the last results were written goes together in the next transaction.
    private func noteAll() {
        guard !isNoting else { return }
        isNoting = true
        Task {
            while !unnoted.isEmpty {
                let batch = unnoted
                unnoted = []
                await note(batch)
            }
            isNoting = false
        }
    }

    private func note(_ batch: [Ended]) async {
        while true {
            do throws(StoreError) {
                let next = try await store.note(batch.flatMap(\.results), at: surroundings.now().wall)
                for ended in batch where ended.decision?.closesEndpoint == true && places[ended.endpoint]?.line.isClosed == true {
                    try await store.closeEndpoint(ended.endpoint, url: ended.url, at: surroundings.now().wall)
                }
                for ended in batch { stored(ended, next: next[ended.sent]) }
                return
            } catch {
                surroundings.observe(.storeRefused("\(error)"))
                await surroundings.wait(Self.storeRetry)
                if isStopping { return }
            }
        }
    }

    private func stored(_ ended: Ended, next: DeliveryHead?) {
        guard let decision = ended.decision else { return }
        // Of what is no more the store knows no follower.
        let hasVanished = ended.isOver && ended.outcome.isSettled
        let wasTold = places[ended.endpoint]?.line.stored(
            ended.attempt, decision, isOver: ended.isOver, next: hasVanished ? nil : next, at: surroundings.now())
        release(ended)
        if hasVanished || wasTold == true { Task { await added(ended.name.repository, to: [ended.endpoint]) } }
        lookAfter(ended.endpoint)
    }

    private func lookAfter(_ name: String) {
        if places[name]?.line.wantsMore == true { Task { await refill(name) } } else { pump(name) }
    }

    private func release(_ ended: Ended) {
        limit.ended(ended.endpoint)
        if limit.isIdle(ended.endpoint), places[ended.endpoint]?.isRetired == true { places[ended.endpoint] = nil }
        while let name = limit.nextWaiting() { pump(name) }
    }

    // MARK: Time

    /// One time for each endpoint, the earliest that was asked for: looking after it then finds the next.
    private func wake(_ name: String, at due: MonotonicTime) {
        if let known = wakes[name], known <= due { return }
        wakes[name] = due
        scheduleWake(at: due)
    }

    private func scheduleWake(at due: MonotonicTime) {
        guard wakeTask.map({ due < $0.due }) ?? true else { return }
        wakeTask?.task.cancel()
        let delay = max(due - surroundings.now().monotonic, .milliseconds(1))
        wakeTask = (due, Task {
            await surroundings.wait(delay)
            if !Task.isCancelled { woke() }
        })
    }

    private func woke() {
        wakeTask = nil
        let now = surroundings.now().monotonic
        let due = wakes.filter { $0.value <= now }.map(\.key)
        for name in due { wakes[name] = nil }
        for name in due { lookAfter(name) }
        if let next = wakes.values.min() { scheduleWake(at: next) }
    }

    // MARK: Stopping

    /// Begins nothing more, and gives up waiting for answers; what was not answered is sent again after the next start. A store that
    /// hangs is not waited for.
    public func stop() async {
        isStopping = true
        wakeTask?.task.cancel()
        for task in tasks.values { task.cancel() }
        let deadline = ContinuousClock.now + Self.stopLimit
        // Not cancelled by what hurries the stop, or the wait would be none.
        let ended = Task { while isNoting || !tasks.isEmpty, ContinuousClock.now < deadline { await surroundings.wait(.milliseconds(5)) } }
        await ended.value
    }
}
