import HelioNode

/// What a host has lately said to everybody, and what follows for who comes next.
///
/// It is left in peace when it asks for that (429, or 503 for more than one of its repositories), and when it is silent.
struct HostCondition: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// What a host that refuses everybody is left in peace for, whatever it asks for: `Retry-After: 0` means that it is busy, too.
    private static let pauses = Duration.seconds(10)...Duration.seconds(3600)
    /// A host that gave anybody what they wanted so short a time ago is not away as a whole.
    private static let proof: Duration = .seconds(10)

    private var closedUntil: Instant?
    /// What it was asked for, and said 503 to, since it last gave anybody what they wanted.
    private var unavailable: Set<String> = []
    private var lastAnswer: Instant?
    private var silence = HostSilence()

    static func clamped(_ asked: Duration) -> Duration { max(pauses.lowerBound, min(pauses.upperBound, asked)) }

    /// Why nobody may ask now; nil when they may.
    func refusal(at now: Instant) -> Failure? {
        if let rest = closedUntil.map({ $0 - now }), rest > .zero {
            let seconds = rest.components.seconds + 1
            return Failure(.connection, "the host has asked for a pause: another \(seconds) s", retryAfter: rest, isOfHost: true)
        }
        return silence.refusal(at: now)
    }

    /// Somebody asks.
    /// - Returns: whether they find out for all others what has become of a silent host, and have to say when they are done.
    mutating func begin() -> Bool { silence.beginTrial() }

    mutating func endTrial() { silence.endTrial() }

    /// The host gave what it was asked for.
    mutating func answered(at now: Instant) {
        (unavailable, lastAnswer) = ([], now)
        silence.end()
    }

    /// The host said something else, or is known to be out of reach: nobody waits for nothing.
    mutating func spoke() { silence.end() }

    /// A host that says 503 for one repository, or for several beside others that it answers for, is left in peace by those only: each of
    /// their failures would cost all the others a minute.
    /// - Returns: whether the host as a whole wants to be left in peace, and is.
    mutating func refused(_ refusal: HostRefusal, of location: String, pause length: Duration, at now: Instant) -> Bool {
        silence.end()
        if refusal == .unavailable { unavailable.insert(location) }
        let answersOthers = lastAnswer.map { now - $0 < Self.proof } ?? false
        guard refusal == .tooManyRequests || unavailable.count > 1 && !answersOthers else { return false }
        pause(for: length, at: now)
        return true
    }

    /// - Parameter begun: since when who was told nothing has asked.
    mutating func wasSilent(about location: String, since begun: Instant, at now: Instant) {
        guard lastAnswer.map({ $0 < begun }) ?? true else { return }
        silence.add(location, at: now)
    }

    /// Lets nobody in for so long; who waits or comes meanwhile fails at once, so that no synchronisation slot is held by waiting.
    mutating func pause(for duration: Duration, at now: Instant) {
        let end = now + min(duration, Self.pauses.upperBound)
        closedUntil = max(closedUntil ?? end, end)
    }
}
