import HelioJSON
import HelioNode

/// `/admin/farm`.
struct FarmAnswer: JSONValue {
    let picture: FarmPicture
    let now: MonotonicTime

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("coordinator", picture.coordinator)
            json.field("viewAgeSeconds", picture.readAt.map { NodeSnapshot.age($0, at: now) })
            json.field("refused", picture.refusal)
            json.array("leases") { json in
                for name in LeaseName.allCases where picture.leases[name] != nil { json.value(name.rawValue) }
            }
            json.array("nodes") { json in
                for (index, member) in picture.members.enumerated() { json.value(FarmMember(record: member, isLocal: index == 0)) }
            }
        }
    }
}

private struct FarmMember: JSONValue {
    let record: MemberRecord
    let isLocal: Bool

    func append(to writer: inout JSONWriter) {
        let standing = record.standing
        writer.object { json in
            json.field("id", record.id.text)
            json.field("name", record.name)
            json.field("address", record.host.contains(":") ? "[\(record.host)]:\(record.port)" : "\(record.host):\(record.port)")
            json.field("version", record.version)
            json.field("local", isLocal)
            json.field("state", standing.state.rawValue)
            json.field("status", standing.status)
            json.field("ready", standing.isReady)
            json.field("draining", standing.isDraining)
            json.field("strict", standing.isStrict)
            json.field("lagSeconds", standing.lag)
            json.field("contentSum", String(standing.catalogue, radix: 16))
        }
    }
}
