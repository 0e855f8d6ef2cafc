import HelioNode

/// A host that takes requests and says nothing, or swallows them. Each would hold a place for as long as `sync.no_progress`, and a thousand
/// repositories a vet for a day; so once more than one of them was told nothing, all others fail at once, one asks every minute, and
/// whatever it is told ends this.
struct HostSilence: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// From one who was told nothing to the next who asks.
    static let rest: Duration = .seconds(60)

    private var locations: Set<String> = []
    private var askedAgainAt: Instant?
    private var isTried = false

    /// One repository that says nothing may be that repository's own trouble.
    private var isOfHost: Bool { locations.count > 1 }

    /// Not the host's wish, so without `retryAfter`: attempts follow each other as they do where a connection is refused.
    func refusal(at now: Instant) -> Failure? {
        guard isOfHost else { return nil }
        let what = "the host is silent: it said nothing about \(locations.count) repositories"
        if isTried { return Failure(.connection, "\(what), and is being asked again") }
        guard let rest = askedAgainAt.map({ $0 - now }), rest > .zero else { return nil }
        return Failure(.connection, "\(what), and is asked again in \(rest.components.seconds + 1) s")
    }

    /// - Returns: whether who asks now is the one who tries.
    mutating func beginTrial() -> Bool {
        guard isOfHost, !isTried else { return false }
        isTried = true
        return true
    }

    mutating func endTrial() { isTried = false }

    mutating func add(_ location: String, at now: Instant) {
        locations.insert(location)
        askedAgainAt = now + Self.rest
    }

    mutating func end() { locations = [] }
}
