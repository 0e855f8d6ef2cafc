import HelioNode

/// The nodes as this one sees them, and how old that view is.
struct FarmSection: PageSection {
    private static let nameLimit = 60
    private static let columns = ["Node", "State", "/status", "/readyz", "Lag", "Content", "Version", "Address"]

    let reading: PageReading
    /// Bytes for the rows of the table.
    let budget: Int

    init(_ reading: PageReading, within budget: Int) {
        self.reading = reading
        self.budget = budget
    }

    private var isAlone: Bool { reading.farm.coordinator == "standalone" }

    private var isOld: Bool { !isAlone && reading.farm.readAt.map { reading.age($0) > Concerns.oldView } ?? true }

    func append(to html: inout HTMLWriter) {
        let members = ordered
        var left = 0
        html.section("farm", "Farm") { html in
            html.element("p", ["class": "note"]) { appendView(to: &$0) }
            html.table("farm", "Nodes of the farm", Self.columns, isStacked: true) { html in
                left = html.each(of: members, within: budget) { append($1.record, isLocal: $1.isLocal, to: &$0) }
            }
            html.left(left, "heliostat farm")
        }
    }

    /// This node, then those that are not ready, so that a large farm shows them although not all of it fits.
    private var ordered: [(record: MemberRecord, isLocal: Bool)] {
        var members = reading.farm.members.enumerated().map { (record: $1, isLocal: $0 == 0) }
        // Before it is attached to its farm a node has no record, and its own snapshot is all there is to say.
        guard !members.isEmpty else { return [] }
        let local = members.removeFirst()
        return [local] + members.filter { !$0.record.standing.isReady } + members.filter(\.record.standing.isReady)
    }

    private func appendView(to html: inout HTMLWriter) {
        let count = reading.farm.members.count
        if isAlone { return html.text("A node by itself.") }
        html.text("\(count) \(count == 1 ? "node" : "nodes") at Redis, ")
        if let readAt = reading.farm.readAt {
            html.text("\(isOld ? "last read" : "read") \(AgeText.of(reading.age(readAt))) ago")
            if isOld {
                html.text(" at ")
                html.time(reading.wall(readAt))
                html.text(": alone since then, and the others may have changed")
            }
        } else {
            html.text("not read yet")
        }
        let leases = LeaseName.allCases.filter { reading.farm.leases[$0] != nil }.map(\.rawValue)
        html.text(leases.isEmpty ? ". This node holds no lease." : ". This node holds the leases: \(leases.joined(separator: ", ")).")
    }

    private func append(_ record: MemberRecord, isLocal: Bool, to html: inout HTMLWriter) {
        let standing = record.standing
        html.element("tr", ["class": isOld && !isLocal ? "old" : ""]) { html in
            html.element("th", ["scope": "row"]) { html in
                html.text(record.name, limit: Self.nameLimit)
                if isLocal { html.element("span", ["class": "tag"], text: "this node") }
            }
            html.element("td") { html in
                html.word(standing.state.rawValue + (standing.isDraining ? ", drained" : ""), urgency(of: standing))
            }
            html.number("\(standing.status)")
            html.cell(standing.isReady ? "ready" : "not ready")
            html.number(AgeText.of(standing.lag))
            html.cell(content(of: standing, isLocal: isLocal))
            html.cell(record.version, limit: 24)
            let host = record.host.contains(":") ? "[\(record.host)]" : record.host
            html.cell("\(host):\(record.port)", limit: Self.nameLimit)
        }
    }

    private func urgency(of standing: Standing) -> Urgency {
        switch standing.state {
        case .synchronized: standing.isReady ? .good : .warning
        case .error, .stopping: .bad
        case .starting, .bootstrapping, .bootstrapped, .metadataSynchronized: .busy
        }
    }

    /// Equal sums, equal content. Two nodes that are a moment apart differ for a moment.
    private func content(of standing: Standing, isLocal: Bool) -> String {
        guard !isLocal, let own = reading.farm.members.first?.standing.catalogue else { return "–" }
        return standing.catalogue == own ? "same" : "differs"
    }
}
