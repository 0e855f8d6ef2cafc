import HelioJSON
import HelioNode

/// One run, for `/admin/runs`.
struct RunAnswer: JSONValue {
    let run: Run

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("id", run.id)
            json.field("trigger", run.trigger.rawValue)
            json.field("scope", scope)
            json.field("acceptsDeletions", run.acceptsDeletions)
            json.field("claimedAt", CivilTime(run.claimedAt.wall, .milliseconds))
            json.field("planned", run.planned)
            json.field("outstanding", run.outstandingCount)
            json.object("outcomes") { json in
                json.field("success", run.outcomes[.success, default: 0])
                json.field("fail", run.outcomes[.fail, default: 0])
                json.field("cancel", run.outcomes[.cancel, default: 0])
                json.field("skipped", run.outcomes[.skipped, default: 0])
            }
            json.field("status", run.end?.status.rawValue)
            json.field("reason", run.end?.reason ?? run.discoveryFailure?.description)
            json.field("endedAt", run.end.map { CivilTime($0.at.wall, .milliseconds) })
            json.field("durationSeconds", run.end?.duration)
        }
    }

    /// As `POST /admin/sync` takes it: `{}` is everything.
    private var scope: ScopeAnswer { ScopeAnswer(scope: run.scope) }

    private struct ScopeAnswer: JSONValue {
        let scope: RunScope

        func append(to writer: inout JSONWriter) {
            writer.object { json in
                switch scope {
                case .all: break
                case .project(let key): json.field("project", key)
                case .repository(let name): json.field("repository", name)
                }
            }
        }
    }
}
