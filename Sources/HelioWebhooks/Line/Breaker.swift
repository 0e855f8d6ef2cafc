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
    mutating func failed(at now: MonotonicTime, using random: inout SeededGenerator) -> Bool {
        failures += 1
        guard !isOpen, failures >= Self.failuresToOpen else { return false }
        open(at: now, using: &random)
        return true
    }

    mutating func open(at now: MonotonicTime, using random: inout SeededGenerator) {
        failedProbes = 0
        schedule(at: now, using: &random)
    }

    /// As if it were open, with a probe due at once: whether the endpoint answers is not known.
    mutating func openUntilProbed(at now: MonotonicTime) {
        failedProbes = 0
        probeDue = now
    }

    mutating func probeFailed(at now: MonotonicTime, using random: inout SeededGenerator) {
        failedProbes = (failedProbes ?? 0) + 1
        schedule(at: now, using: &random)
    }

    /// What followed a failed probe at once has failed too. It is no round of its own: the same delay begins anew.
    mutating func postpone(at now: MonotonicTime, using random: inout SeededGenerator) {
        schedule(at: now, using: &random)
    }

    /// Whatever a receiver asks for: it asks for the one event that it answers, and may take those of other repositories.
    private mutating func schedule(at now: MonotonicTime, using random: inout SeededGenerator) {
        let delay = Self.probes[min(failedProbes ?? 0, Self.probes.count - 1)]
        probeDue = now + RetrySchedule.jitter(delay, using: &random)
    }
}
