import HelioJSON
import HelioNode

/// One element of `farmNodes`.
struct FarmNode: JSONValue {
    let identity: NodeIdentity
    let isLocal: Bool

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("id", identity.id)
            json.field("name", identity.name)
            json.object("address") { json in
                json.field("address", identity.address.host)
                json.field("port", Int(identity.address.port))
            }
            json.field("buildVersion", identity.version)
            json.field("local", isLocal)
        }
    }
}

/// `upstreamServer`.
struct UpstreamServer: JSONValue {
    let upstream: NodeIdentity.Upstream
    let hasBeenReached: Bool

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("baseUrl", upstream.url)
            json.field("id", upstream.id)
            json.field("state", hasBeenReached ? "INSTALLED" : "INITIALIZING")
        }
    }
}
