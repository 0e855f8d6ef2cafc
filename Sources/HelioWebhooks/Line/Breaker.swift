import HelioNode

/// Stops deliveries to an endpoint that answers none, and finds out now and then whether it does again.
struct Breaker: Sendable {
    /// In a row.
    static let failuresToOpen = 5
    private static let probes: [Duration] = [10, 30, 60, 120, 300].map { .seconds($0) }

    private var failures = 0
    /// Since it opened; nil while it is closed.
    private var failedProbes: Int?
    private(set) var probeDue: MonotonicTime?

    var isOpen: Bool { failedProbes != nil }

    /// - Returns: whether it was open.
    mutating func succeeded() -> Bool {
        defer { self = Breaker() }
        return isOpen
    }

    /// - Returns: whether this opened it.
    mutating func failed(asked: Duration?, at now: MonotonicTime, using random: inout SeededGenerator) -> Bool {
        failures += 1
        guard !isOpen, failures >= Self.failuresToOpen else { return false }
        open(asked: asked, at: now, using: &random)
        return true
    }

    mutating func open(asked: Duration? = nil, at now: MonotonicTime, using random: inout SeededGenerator) {
        failedProbes = 0
        schedule(asked, at: now, using: &random)
    }

    /// As if it were open, with a probe due at once: whether the endpoint answers is not known.
    mutating func openUntilProbed(at now: MonotonicTime) {
        failedProbes = 0
        probeDue = now
    }

    mutating func probeFailed(asked: Duration?, at now: MonotonicTime, using random: inout SeededGenerator) {
        failedProbes = (failedProbes ?? 0) + 1
        schedule(asked, at: now, using: &random)
    }

    /// What followed a failed probe at once has failed too. It is no round of its own: the same delay begins anew.
    mutating func postpone(asked: Duration?, at now: MonotonicTime, using random: inout SeededGenerator) {
        schedule(asked, at: now, using: &random)
    }

    private mutating func schedule(_ asked: Duration?, at now: MonotonicTime, using random: inout SeededGenerator) {
        let delay = Self.probes[min(failedProbes ?? 0, Self.probes.count - 1)]
        probeDue = now + max(RetrySchedule.jitter(delay, using: &random), asked ?? .zero)
    }
}
