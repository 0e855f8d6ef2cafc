import HelioJSON
import HelioNode

/// One element of `farmNodes`.
struct FarmNode: JSONValue {
    let id: String
    let name: String
    let address: NodeIdentity.Address
    let version: String
    let isLocal: Bool

    init(identity: NodeIdentity, isLocal: Bool) {
        (id, name, address, version) = (identity.id, identity.name, identity.address, identity.version)
        self.isLocal = isLocal
    }

    init(_ member: MemberRecord) {
        (id, name, version) = (member.id.text, member.name, member.version)
        address = NodeIdentity.Address(host: member.host, port: member.port)
        isLocal = false
    }

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("id", id)
            json.field("name", name)
            json.object("address") { json in
                json.field("address", address.host)
                json.field("port", Int(address.port))
            }
            json.field("buildVersion", version)
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
