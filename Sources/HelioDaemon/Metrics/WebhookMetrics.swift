import HelioLock
import HelioMetrics
import HelioNode
import HelioStore
import HelioWebhooks

/// Deliveries to receivers, for Prometheus and, under the names that Bitbucket has for them, for JMX.
struct WebhookMetrics: Sendable {
    private let deliveries: Labelled<Observation.Ending, Counter>
    private let pending: Gauge
    private let dead: Gauge
    private let oldest: Gauge
    private let counts = Locked(Counts(), held: .briefly)

    private struct Counts {
        var published: Int64 = 0
        var begun: Int64 = 0
        var succeeded: Int64 = 0
        /// Answered, but not with 2xx.
        var failed: Int64 = 0
        /// Not answered.
        var errors: Int64 = 0
        /// How often a breaker opened.
        var rejected: Int64 = 0
        var lastRejected: Int64 = 0
    }

    init(_ registry: Registry) {
        deliveries = registry.counters(
            "heliostat_webhook_deliveries_total", "Attempts to deliver an event: failed ones are tried again, dead ones not.", by: "status")
        pending = registry.gauge("heliostat_webhook_pending", "Deliveries that wait for their turn or to be tried again.")
        dead = registry.gauge("heliostat_webhook_dead", "Deliveries that were given up and are kept to be sent again by hand.")
        oldest = registry.gauge("heliostat_webhook_oldest_age_seconds", "Age of the oldest event that waits; 0 when none does.")
    }

    /// - Parameter age: of the oldest event that waits.
    func show(_ outbox: OutboxCounts, oldestAge age: Duration) {
        pending.set(Double(outbox.pending))
        dead.set(Double(outbox.dead))
        oldest.set(age.inSeconds)
    }

    /// The store cannot be read: how many there were is not shown for how many there are.
    /// - Parameter age: of what waited when they were last counted.
    func outboxIsUnknown(oldestAge age: Duration?) {
        for gauge in [pending, dead] { gauge.set(.nan) }
        oldest.set(age?.inSeconds ?? .nan)
    }

    func published(_ count: Int) { counts.withLock { $0.published += Int64(count) } }

    func began() { counts.withLock { $0.begun += 1 } }

    func ended(_ ending: Observation.Ending, isAnswered: Bool) {
        deliveries[ending].add()
        counts.withLock { counts in
            switch (ending, isAnswered) {
            case (.delivered, _): counts.succeeded += 1
            case (_, true): counts.failed += 1
            case (_, false): counts.errors += 1
            }
        }
    }

    /// Not the end of an attempt.
    func gaveUp() { deliveries[.dead].add() }

    func breakerOpened(at now: WallTime) {
        counts.withLock { counts in
            counts.rejected += 1
            counts.lastRejected = now.millisecondsSince1970
        }
    }

    /// The counters of Bitbucket's webhooks, under their name there.
    var bean: MBean? {
        // A name of ours, which a test reads.
        guard let name = try? ObjectName("com.atlassian.webhooks:name=Webhooks") else { return nil }
        let attributes = [
            "PublishCount", "DispatchCount", "DispatchSuccessCount", "DispatchFailureCount", "DispatchErrorCount",
            "DispatchRejectedCount", "DispatchLastRejectedTimestamp", "DispatchInFlightCount",
        ]
        return MBean(
            name: name, className: "com.atlassian.webhooks.WebhooksMXBean", description: "Deliveries of webhooks since the start.",
            attributes: attributes.map { MBean.Attribute($0, "long") }
        ) { [counts] _ in
            let now = counts.withLock { $0 }
            let ended = now.succeeded + now.failed + now.errors
            return [
                now.published, now.begun, now.succeeded, now.failed, now.errors, now.rejected, now.lastRejected, max(0, now.begun - ended),
            ].map { .integer($0) }
        }
    }
}
