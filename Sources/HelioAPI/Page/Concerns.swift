import HelioNode

/// What speaks against a node, the most pressing first. A page says it before it shows any table: whoever opens it at night wants to
/// know what is wrong, and not where it stands.
struct Concerns: Sendable {
    /// How old a view of the farm, or a count of what waits, may be before it is one of the things to know.
    static let oldView = Membership.expiry
    /// Intervals of synchronisation without a word from the upstream, as many as the alert HeliostatNoUpstreamContact has: a URL in which
    /// nothing has changed for a day is asked at every fourth only.
    private static let silentIntervals = 10

    let list: [Concern]

    init(_ reading: PageReading) {
        let all = Self.readiness(reading) + Self.farm(reading) + Self.upstream(reading) + Self.copies(reading) + Self.disk(reading)
            + Self.webhooks(reading)
        // Stable: of equally pressing ones, what keeps traffic away comes first.
        list = all.enumerated().sorted { ($1.element.urgency, $0.offset) < ($0.element.urgency, $1.offset) }.map(\.element)
    }

    var worst: Urgency { list.map(\.urgency).max() ?? .good }

    private static func readiness(_ reading: PageReading) -> [Concern] {
        reading.readiness.reasons.map { reason in
            let detail = "\(reason.actual); limit: \(reason.limit). What ends it: \(reason.remedy)."
            switch reason.rule {
            case .state:
                let isLost = reading.snapshot.state == .error
                return Concern(
                    urgency: isLost ? .bad : .busy, what: isLost ? "The start failed" : "Not synchronized yet",
                    detail: isLost ? "The log says why. The process ends by itself." : "What ends it: \(reason.remedy).")
            case .draining:
                let kept = reading.snapshot.drainIsKept ? ", over restarts" : ""
                return Concern(urgency: .warning, what: "Drained\(kept)", detail: "\(reason.actual). What ends it: \(reason.remedy).")
            case .heldByFloor: return Concern(urgency: .warning, what: "Held in the farm", detail: "\(reason.actual): it \(reason.remedy).")
            default:
                return Concern(urgency: reading.readiness.isReady ? .warning : .bad, what: name(reason.rule), detail: detail)
            }
        }
    }

    private static func name(_ rule: ReadinessReason.Rule) -> String {
        switch rule {
        case .lag: "Lagging behind"
        case .silence: "Upstream silent"
        case .store: "Store not writable"
        case .purgeGuard: "Purge guard"
        case .state, .draining, .heldByFloor: rule.rawValue
        }
    }

    private static func farm(_ reading: PageReading) -> [Concern] {
        var found: [Concern] = []
        if let refusal = reading.farm.refusal { found.append(Concern(urgency: .bad, what: "Refused by the farm", detail: reading.shorten(refusal))) }
        // A node that starts has not asked it yet.
        guard reading.farm.coordinator != "standalone", reading.snapshot.state != .starting else { return found }
        guard let readAt = reading.farm.readAt else {
            let detail = "Redis has not answered since the start. Nothing has to be restarted."
            return found + [Concern(urgency: .warning, what: "Farm not seen yet", detail: detail)]
        }
        if reading.age(readAt) > oldView {
            let silence = "Redis has not answered for \(AgeText.of(reading.age(readAt)))."
            let detail = "\(silence) The node works by itself meanwhile; nothing has to be restarted."
            found.append(Concern(urgency: .warning, what: "Alone, Redis is lost", detail: detail))
        }
        return found
    }

    private static func upstream(_ reading: PageReading) -> [Concern] {
        guard !reading.readiness.reasons.contains(where: { $0.rule == .silence }) else { return [] }
        guard let last = reading.snapshot.lastContact else {
            return [Concern(urgency: .warning, what: "Upstream not reached yet", detail: "It has not answered since the start.")]
        }
        let silence = reading.age(last.monotonic)
        guard silence > reading.snapshot.settings.syncInterval * silentIntervals else { return [] }
        return [Concern(urgency: .warning, what: "Upstream silent", detail: "It last answered \(AgeText.of(silence)) ago.")]
    }

    private static func copies(_ reading: PageReading) -> [Concern] {
        let counts = reading.snapshot.catalogue.counts
        var found: [Concern] = []
        if counts.quarantined > 0 {
            let detail = "\(counts.quarantined) of \(counts.total) repositories fail by themselves and are tried again at every interval."
            found.append(Concern(urgency: .warning, what: "Quarantined repositories", detail: detail))
        }
        if counts.failing > 0 {
            let detail = "\(counts.failing) of \(counts.total) repositories failed when they were last tried."
            found.append(Concern(urgency: .warning, what: "Failing repositories", detail: detail))
        } else if let run = reading.runs.last(where: { $0.end != nil }), run.end?.status == .fail, run.planned == nil {
            let why = run.end?.reason ?? run.discoveryFailure?.description ?? "for no known reason"
            found.append(Concern(urgency: .warning, what: "The last run failed", detail: reading.shorten(why)))
        }
        if let vet = reading.snapshot.vets.last, vet.unresolved > 0 {
            let detail = "The last vet left \(vet.unresolved) repositories that differ from the upstream."
            found.append(Concern(urgency: .warning, what: "Unresolved differences", detail: detail))
        }
        return found
    }

    private static func disk(_ reading: PageReading) -> [Concern] {
        switch reading.snapshot.diskLevel {
        case .enough: []
        case .low: [Concern(urgency: .warning, what: "Disk nearly full", detail: "Nothing stops yet.")]
        case .stop: [Concern(urgency: .bad, what: "Disk full", detail: "No new synchronisation begins until there is space.")]
        }
    }

    private static func webhooks(_ reading: PageReading) -> [Concern] {
        guard let webhooks = reading.webhooks else { return [] }
        var found: [Concern] = []
        for endpoint in webhooks.endpoints where endpoint.state == "unreachable" || endpoint.state == "gone" {
            found.append(Concern(urgency: .warning, what: "Webhook \(endpoint.state)", detail: "\(endpoint.name): its events wait."))
        }
        if webhooks.dead > 0 {
            let detail = "\(webhooks.dead) given up and kept: heliostat webhooks deliveries --state dead"
            found.append(Concern(urgency: .warning, what: "Dead deliveries", detail: detail))
        }
        return found
    }
}
