import HelioJSON
import HelioNode

/// `progress`: how far the first synchronisation has come, or the run under way; zeros when idle.
struct ProgressAnswer: Sendable, Equatable, JSONValue {
    /// The total is not known yet.
    let discovering: Bool
    let synced: Int
    let total: Int

    init(_ snapshot: NodeSnapshot) {
        if let first = snapshot.firstList {
            (discovering, synced, total) = (false, first.done, first.total)
        } else if let run = snapshot.runs.last(where: { $0.end == nil && $0.outstandingCount > 0 }), let planned = run.planned {
            (discovering, synced, total) = (false, planned - run.outstandingCount, planned)
        } else {
            (discovering, synced, total) = (snapshot.isDiscovering, 0, 0)
        }
    }

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("discovering", discovering)
            json.field("syncedRepos", synced)
            json.field("totalRepos", total)
        }
    }
}
