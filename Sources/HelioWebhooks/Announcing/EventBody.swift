import HelioJSON
import HelioNode

/// The JSON of events. Fields and their order follow what mirrors of Bitbucket send; parsers of theirs read ours.
struct EventBody {
    let sender: Sender
    let date: WallTime

    struct Synchronisation {
        let kind: SyncKind
        let repository: Repository
        /// nil when there are too many to tell, or when nobody knows what there was before.
        let changes: [RefChange]?
        /// nil for a node by itself.
        var farm: FarmNote?
    }

    func synchronized(_ synchronisation: Synchronisation) -> [UInt8] {
        write(.repositorySynchronized) { json in
            json.field("syncType", synchronisation.kind == .incremental ? "INCREMENTAL" : "SNAPSHOT")
            json.field("refLimitExceeded", synchronisation.changes == nil)
            json.object("repository") { append(synchronisation.repository, to: &$0) }
            json.array("changes") { json in
                for change in synchronisation.changes ?? [] { json.value(ToldChange(change: change)) }
            }
            guard let farm = synchronisation.farm else { return }
            json.object("farm") { json in
                json.field("nodes", farm.nodes)
                json.array("laggards") { json in
                    for name in farm.laggards { json.value(name) }
                }
            }
        }
    }

    /// - Parameter failure: why it was given up for now; nil when it works again.
    func failed(_ repository: Repository, _ failure: Failure?, failures: Int) -> [UInt8] {
        write(.repositorySyncFailed) { json in
            json.field("status", failure == nil ? "RECOVERED" : "QUARANTINED")
            json.field("reason", failure?.reason.rawValue)
            json.field("message", failure?.message)
            json.field("failures", failures)
            json.object("repository") { append(repository, to: &$0) }
        }
    }

    func changed(_ transition: Transition, node: String) -> [UInt8] {
        write(.stateChanged) { json in
            json.field("node", node)
            json.field("from", transition.from.rawValue)
            json.field("to", transition.to.rawValue)
            json.field("reason", transition.reason)
        }
    }

    static let ping = Array(#"{"test":true}"#.utf8)

    private func write(_ key: EventKey, _ body: (inout JSONWriter) -> Void) -> [UInt8] {
        var writer = JSONWriter()
        writer.object { json in
            json.field("eventKey", key.rawValue)
            json.field("date", CivilTime(date, .secondsWithOffset))
            json.object("mirrorServer") { json in
                json.field("id", sender.id)
                json.field("name", sender.farm)
            }
            body(&json)
        }
        return writer.bytes
    }

    private func append(_ repository: Repository, to json: inout JSONWriter) {
        json.field("slug", repository.name.slug)
        json.field("id", repository.id.value)
        json.field("name", repository.displayName)
        json.field("description", repository.description)
        json.field("scmId", "git")
        json.field("state", "AVAILABLE")
        json.field("statusMessage", "Available")
        json.field("forkable", true)
        json.field("public", repository.isPublic)
        json.object("project") { json in
            json.field("key", repository.project.key)
            json.field("id", repository.project.id.value)
            json.field("name", repository.project.name)
            json.field("public", repository.project.isPublic)
            json.field("type", "NORMAL")
        }
        json.object("links") { json in
            json.array("clone") { json in
                for template in sender.cloneURLs { json.value(CloneURL(template: template, repository: repository.name)) }
            }
            json.array("self") { json in
                guard let template = sender.browseURL else { return }
                json.value(SelfLink(href: CloneURL(template: template, repository: repository.name).href))
            }
        }
    }
}

private struct SelfLink: JSONValue {
    let href: String

    func append(to writer: inout JSONWriter) {
        writer.object { $0.field("href", href) }
    }
}

private struct ToldChange: JSONValue {
    let change: RefChange

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.object("ref") { json in
                json.field("id", change.name.bytes)
                json.field("displayId", change.name.displayed?.id)
                json.field("type", change.name.displayed?.type.rawValue)
            }
            json.field("refId", change.name.bytes)
            json.field("fromHash", change.from.description)
            json.field("toHash", change.to.description)
            json.field("type", change.kind.rawValue)
        }
    }
}
