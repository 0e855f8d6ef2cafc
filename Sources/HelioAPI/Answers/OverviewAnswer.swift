import HelioJSON
import HelioNode

/// `/admin/overview`: what `heliostat status` draws.
struct OverviewAnswer: JSONValue {
    /// Repositories and rejected paths shown, unless more are asked for.
    static let worstShown = 20
    static let rejectedShown = 100
    static let limit = 1000

    /// Of each; nil for those above.
    var shown: Int?
    let snapshot: NodeSnapshot
    let identity: NodeIdentity
    let now: MonotonicTime

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            appendState(to: &json)
            appendLag(to: &json)
            appendCounts(to: &json)
            appendWorst(to: &json)
            appendRejected(to: &json)
            json.field("purgeGuard", snapshot.purgeGuard)
        }
    }

    private func appendState(to json: inout JSONWriter) {
        let readiness = snapshot.readiness(at: now)
        json.field("node", identity.name)
        json.field("version", identity.version)
        json.field("state", snapshot.state.rawValue)
        json.field("stateSince", CivilTime(snapshot.stateSince.wall))
        json.field("stateSeconds", NodeSnapshot.age(snapshot.stateSince.monotonic, at: now))
        json.field("status", snapshot.verdict.code)
        json.field("ready", readiness.isReady)
        ReadinessAnswer.append(readiness.reasons, to: &json)
        json.field("draining", snapshot.draining)
        json.field("drainKept", snapshot.drainIsKept)
    }

    private func appendLag(to json: inout JSONWriter) {
        json.field("lagSeconds", snapshot.lag(at: now))
        json.field("lastUpstreamContactSeconds", snapshot.contactAge(at: now))
        json.field("discovering", snapshot.isDiscovering)
    }

    private func appendCounts(to json: inout JSONWriter) {
        let counts = snapshot.catalogue.counts
        json.object("repositories") { json in
            json.field("total", counts.total)
            json.field("synchronized", counts.synchronized)
            json.field("behind", counts.behind)
            json.field("quarantined", counts.quarantined)
            json.field("firstCopiesLeft", counts.waiting)
        }
        json.object("queue") { json in
            json.field("waiting", snapshot.queue.waitingCount)
            json.field("running", snapshot.queue.running.count)
        }
    }

    private func appendWorst(to json: inout JSONWriter) {
        json.field("worstTotal", LaggingRepositories.count(snapshot.catalogue.counts))
        json.array("worst") { json in
            for item in LaggingRepositories.worst(snapshot.catalogue, at: now, limit: shown ?? Self.worstShown) {
                json.object { json in
                    json.field("repository", item.entry.repository.name)
                    json.field("status", item.entry.status.rawValue)
                    json.field("seconds", item.age)
                    json.field("reason", item.entry.lastFailure?.reason.rawValue)
                    json.field("message", item.entry.lastFailure?.message)
                    json.field("failures", item.entry.failedSyncCount)
                }
            }
        }
    }

    private func appendRejected(to json: inout JSONWriter) {
        json.field("rejectedTotal", snapshot.rejected.count)
        json.array("rejected") { json in
            for rejected in snapshot.rejected.prefix(shown ?? Self.rejectedShown) {
                json.object { json in
                    json.field("path", rejected.path)
                    json.field("why", rejected.why)
                }
            }
        }
    }
}
