import HelioAPI
import HelioLock
import HelioNode
import HelioStore
import HelioWebhooks

/// Counts what waits in the outbox for whoever asks, and removes what has been over, or has had no endpoint or no sender, for long enough.
struct OutboxWatch: Sendable {
    private static let interval = Duration.seconds(5)
    private static let pruneEvery = 120  // looks: ten minutes
    /// Rows in one transaction: a few milliseconds.
    private static let pruneBatch = 500

    let store: Store
    let dispatcher: Dispatcher
    let board: NodeBoard
    let metrics: WebhookMetrics
    let log: NodeLog
    /// As it is now.
    let configuration: @Sendable () -> NodeConfiguration.Webhooks
    private let oldest = Locked<OldestEvent?>(nil)

    init(
        _ hands: Hands, board: NodeBoard, metrics: WebhookMetrics, log: NodeLog,
        configuration: @escaping @Sendable () -> NodeConfiguration.Webhooks
    ) {
        store = hands.adapters.store
        dispatcher = hands.webhooks.dispatcher
        self.board = board
        self.metrics = metrics
        self.log = log
        self.configuration = configuration
    }

    func run() async {
        var clock = TrustedClock(SystemClock.now())
        var looks = 0
        while !Task.isCancelled {
            await look()
            looks += 1
            let time = clock.look(at: SystemClock.now())
            // Not right after the start, when the clock of the machine may not be right yet.
            if looks % Self.pruneEvery == 0 { await prune(at: time) }
            guard (try? await Task.sleep(for: Self.interval)) != nil else { return }  // cancelled: the node stops
        }
    }

    private func look() async {
        do throws(StoreError) {
            let active = configuration().endpoints.filter(\.isActive).map(\.name)
            let counts = try await store.outboxCounts(of: active)
            let now = SystemClock.now()
            if counts.oldest == nil { oldest.withLock { $0 = nil } }
            metrics.show(counts, oldestAge: counts.oldest.map { age(of: $0, at: now) } ?? .zero)
            board.publish(WebhookPicture(counts, await dispatcher.statuses, at: now.monotonic))
        } catch {
            // What waited waits all the more.
            metrics.outboxIsUnknown(oldestAge: oldest.withLock { $0?.age(at: SystemClock.monotonic()) })
            log.warning("outbox cannot be counted", ["error": "\(error)"])
        }
    }

    private func age(of event: WallTime, at now: Moment) -> Duration {
        oldest.withLock { oldest in
            let known = if let oldest, oldest.since == event { oldest } else { OldestEvent(since: event, seen: now) }
            oldest = known
            return known.age(at: now.monotonic)
        }
    }

    private func prune(at time: WallTime) async {
        let limit = WallTime(millisecondsSince1970: time.millisecondsSince1970 - configuration().keep.wholeNanoseconds / 1_000_000)
        do throws(StoreError) {
            while try await store.pruneDeliveries(before: limit, limit: Self.pruneBatch) == Self.pruneBatch {}
            var forgotten = Self.pruneBatch
            while forgotten == Self.pruneBatch {
                forgotten = try await store.pruneDeliveries(
                    ofOthersThan: { [configuration] in configuration().endpoints.map(\.name) }, before: limit, limit: Self.pruneBatch)
                if forgotten > 0 { log.warning("events of endpoints that are not configured any more were removed", ["count": .count(forgotten)]) }
            }
            var left = Self.pruneBatch
            while left == Self.pruneBatch {
                left = try await store.pruneStandby(before: limit, at: time, limit: Self.pruneBatch)
                if left > 0 { log.warning("events that another node was to send, and has not, were removed", ["count": .count(left)]) }
            }
        } catch {
            log.warning("outbox could not be pruned", ["error": "\(error)"])
        }
    }
}

/// How old an event is by the time that has passed, whatever the clock of the machine was set to meanwhile.
private struct OldestEvent: Sendable {
    let since: WallTime
    let seen: Moment

    func age(at now: MonotonicTime) -> Duration { seen.wall.age(of: since) + (now - seen.monotonic) }
}

extension WebhookPicture {
    init(_ counts: OutboxCounts, _ statuses: [EndpointStatus], at now: MonotonicTime) {
        self.init(
            endpoints: statuses.map {
                Endpoint(name: $0.endpoint.name, state: $0.state.rawValue, underWay: $0.underWay, lastError: $0.lastError)
            }, pending: counts.pending, dead: counts.dead, oldest: counts.oldest, countedAt: now)
    }
}
