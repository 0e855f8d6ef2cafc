import HelioJSON
import HelioNode

/// `mirrorRepos/{id}`.
struct MirroredRepository: JSONValue {
    /// What the original tells its clients; NOT_MIRRORED is its word for what is not in our catalogue, and answers 404 here.
    enum Status: String {
        case initializing = "INITIALIZING", available = "AVAILABLE"
        case errorInitializing = "ERROR_INITIALIZING", errorAvailable = "ERROR_AVAILABLE"
    }

    let entry: RepositoryEntry
    let identity: NodeIdentity

    var status: Status {
        let isFailing = entry.failedSyncCount > 0 || entry.quarantinedSince != nil
        if entry.hasCopy { return isFailing ? .errorAvailable : .available }
        return isFailing ? .errorInitializing : .initializing
    }

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("available", entry.hasCopy)
            json.array("cloneUrls") { json in
                for template in identity.cloneURLs {
                    json.value(CloneURL(template: template, repository: entry.repository.name))
                }
            }
            json.array("pushUrls") { _ in }
            json.field("lastUpdated", entry.lastSync?.millisecondsSince1970)
            json.field("mirrorName", identity.name)
            json.field("repositoryId", String(entry.repository.id.value))
            json.field("status", status.rawValue)
        }
    }
}

/// One element of `repoSyncStatus`. Our local ids are the upstream's.
struct SyncStatus: JSONValue {
    let entry: RepositoryEntry
    let upstreamID: String

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("externalRepoId", String(entry.repository.id.value))
            json.field("localRepoId", entry.repository.id.value)
            json.field("localProjectId", entry.repository.project.id.value)
            json.field("upstreamId", upstreamID)
            json.field("failedSyncCount", entry.failedSyncCount)
            json.field("initialSyncDate", entry.initialSync?.millisecondsSince1970)
            json.field("lastSyncDate", entry.lastSync?.millisecondsSince1970)
            json.object("hashes") { json in
                json.field("content", entry.content)
                json.field("metadata", entry.metadata)
            }
        }
    }
}

/// One element of `delayed-sync`.
struct DelayedRepository: JSONValue {
    let repository: Repository

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("projectKey", repository.name.project)
            json.field("repositoryId", String(repository.id.value))
            json.field("repositorySlug", repository.name.slug)
        }
    }
}
