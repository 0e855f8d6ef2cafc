import HelioJSON
import HelioNode

/// A page of `repoSyncStatus`, in the order of the catalogue.
struct SyncStatusPage: JSONValue {
    static let defaultLimit = 25
    static let maximumLimit = 1000
    /// More repositories than any upstream has, and far from where sums overflow.
    static let maximumStart = 1 << 40

    let start: Int
    let limit: Int
    let total: Int
    let values: [SyncStatus]

    /// Goes to `start` by the lengths of the shelves, not by entries.
    init(_ catalogue: Catalogue, start: Int, limit: Int, upstreamID: String) {
        self.start = start
        self.limit = limit
        total = catalogue.counts.total
        var values: [SyncStatus] = []
        var before = 0
        for index in 0..<catalogue.shelfCount where values.count < limit {
            let shelf = catalogue.shelf(index)
            if before + shelf.count > start {
                let chosen = shelf.dropFirst(max(0, start - before)).prefix(limit - values.count)
                values += chosen.map { SyncStatus(entry: $0, upstreamID: upstreamID) }
            }
            before += shelf.count
        }
        self.values = values
    }

    var isLast: Bool { start + values.count >= total }

    func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("size", values.count)
            json.field("limit", limit)
            json.field("isLastPage", isLast)
            json.array("values") { json in
                for value in values { json.value(value) }
            }
            json.field("start", start)
            json.field("nextPageStart", isLast ? nil : start + values.count)
        }
    }
}
