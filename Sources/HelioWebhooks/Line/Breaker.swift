import HelioNode

/// Stops deliveries to an endpoint that answers none, and finds out now and then whether it does again.
struct Breaker: Sendable {
    /// In a row.
    static let failuresToOpen = 5
    private static let probes: [Duration] = [10, 30, 60, 120, 300].map { .seconds($0) }

    private var failures = 0
    private var openProbes: Int?
    private(set) var probeDue: MonotonicTime?

    var isOpen: Bool { openProbes != nil }

    /// How many probes have failed since it opened.
    var failedProbes: Int { openProbes ?? 0 }

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
        openProbes = 0
        schedule(asked, at: now, using: &random)
    }

    /// As if it were open, with a probe due at once: whether the endpoint answers is not known.
    mutating func openUntilProbed(at now: MonotonicTime) {
        openProbes = 0
        probeDue = now
    }

    mutating func probeFailed(asked: Duration?, at now: MonotonicTime, using random: inout SeededGenerator) {
        openProbes = failedProbes + 1
        schedule(asked, at: now, using: &random)
    }

    private mutating func schedule(_ asked: Duration?, at now: MonotonicTime, using random: inout SeededGenerator) {
        let delay = Self.probes[min(failedProbes, Self.probes.count - 1)]
        probeDue = now + max(RetrySchedule.jitter(delay, using: &random), asked ?? .zero)
    }
}
