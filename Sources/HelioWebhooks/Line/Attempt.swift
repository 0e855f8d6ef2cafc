import HelioNode
import HelioStore

/// One delivery on its way.
struct Attempt: Sendable {
    enum Kind: Sendable {
        case regular
        /// Finds out whether the endpoint takes anything again; a failure counts as no attempt.
        case probe
        /// A probe with what comes after the head, which was refused a moment ago, and so often that it may be the head's own fault.
        case successorProbe
    }

    let head: LineHead
    let kind: Kind

    var isProbe: Bool { kind != .regular }
}

/// The head of one repository's deliveries, and what a line knows of it beyond the store.
struct LineHead: Sendable {
    var stored: DeliveryHead
    /// Its place in the line: see `EndpointLine.Entry`.
    let entry: UInt64
    /// How often it was answered with a failure that may be its own, probes included, but not what was probed in its place.
    var answeredFailures = 0
    /// How often it was refused with a 4xx since the start. Of what the store has counted before, nobody knows why it failed.
    var refused = 0
    /// The receiver wanted it to wait for longer than it would have, since the start.
    var wasAsked = false
    /// How many deliveries the endpoint had taken when it last failed.
    var acceptedWhenFailed: UInt64?

    var id: DeliveryID { stored.id }
    var repository: RepositoryID { stored.repository }

    /// A receiver asked for its delay (`Retry-After`): not even a probe may come before it has passed. Of what failed before the start, its
    /// length has to tell.
    var isAskedToWait: Bool { wasAsked || stored.retry.map { RetrySchedule.isAsked($0.delay, after: stored.attempts) } ?? false }

    /// As it is once it need not wait any more.
    var freed: LineHead {
        var head = self
        head.stored = DeliveryHead(id: id, repository: repository, attempts: stored.attempts, refusals: stored.refusals, retry: nil)
        head.wasAsked = false
        return head
    }

    /// How long it still has to wait. Never longer than it was to, and not at all once a clock that was set forward says so: the wall
    /// clock only counts for what was stored before a restart.
    func remaining(at now: WallTime) -> Duration {
        guard let retry = stored.retry else { return .zero }
        let age = Duration.milliseconds(max(0, now.millisecondsSince1970.subtractingSaturating(retry.failedAt.millisecondsSince1970)))
        return max(.zero, retry.delay - age)
    }
}
