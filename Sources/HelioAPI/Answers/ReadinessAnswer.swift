import HelioHTTP
import HelioJSON
import HelioNode

/// `/readyz`.
enum ReadinessAnswer {
    /// - Parameter maxLag: a stricter question, without hysteresis and floor.
    static func response(_ snapshot: NodeSnapshot, at now: MonotonicTime, maxLag: Duration? = nil) -> Response {
        let readiness = snapshot.readiness(at: now, maxLag: maxLag)
        return .json(readiness.code(drain: snapshot.settings.drainCode)) { json in
            json.object { append(readiness, snapshot, at: now, to: &$0) }
        }
    }

    private static func append(
        _ readiness: Readiness, _ snapshot: NodeSnapshot, at now: MonotonicTime, to json: inout JSONWriter
    ) {
        json.field("ready", readiness.isReady)
        json.field("state", snapshot.state.rawValue)
        json.field("lagSeconds", snapshot.lag(at: now))
        json.field("oldestQuarantinedSeconds", NodeSnapshot.age(snapshot.catalogue.oldestQuarantined, at: now))
        json.field("oldestFirstCopySeconds", NodeSnapshot.age(snapshot.catalogue.oldestFirstCopy, at: now))
        json.field("lastUpstreamContactSeconds", snapshot.contactAge(at: now))
        // A farm of one needs nobody to tell it its view.
        json.field("farmViewAgeSeconds", snapshot.farm.readAt.map { NodeSnapshot.age($0, at: now) })
        json.object("repositories") { json in
            let counts = snapshot.catalogue.counts
            json.field("total", counts.total)
            json.field("synchronized", counts.synchronized)
            json.field("behind", counts.behind)
            json.field("quarantined", counts.quarantined)
        }
        append(readiness.reasons, to: &json)
    }

    static func append(_ reasons: [ReadinessReason], to json: inout JSONWriter) {
        json.array("reasons") { json in
            for reason in reasons {
                json.object { json in
                    json.field("rule", reason.rule.rawValue)
                    json.field("actual", reason.actual)
                    json.field("limit", reason.limit)
                    json.field("remedy", reason.remedy)
                }
            }
        }
    }
}

extension NodeSnapshot {
    /// Since the last contact with the upstream; nil before the first.
    func contactAge(at now: MonotonicTime) -> Duration? { lastContact.map { Self.age($0.monotonic, at: now) } }
}
