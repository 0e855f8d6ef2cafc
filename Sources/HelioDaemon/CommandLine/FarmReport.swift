internal import Foundation

extension Administration {
    /// - Returns: the farm as the node sees it, and the bytes it came in.
    public func farm() throws(AdministrationError) -> (report: FarmReport, raw: [UInt8]) {
        let raw = try ask("GET", "/admin/farm")
        return (try decode(FarmReport.self, raw), raw)
    }
}

/// What `GET /admin/farm` answers and `heliostat farm` shows.
public struct FarmReport: Sendable, Codable, Equatable {
    /// `standalone` or `redis`.
    public var coordinator: String
    /// nil for a node by itself, and before the first reading.
    public var viewAgeSeconds: Double?
    /// Why the farm does not take the node.
    public var refused: String?
    /// What the node asked does for the whole farm.
    public var leases: [String]
    /// The node asked first, then the others by name.
    public var nodes: [Node]

    public struct Node: Sendable, Codable, Equatable {
        public var id: String
        public var name: String
        public var address: String
        public var version: String
        public var local: Bool
        public var state: String
        /// What its `/status` answers.
        public var status: Int
        /// What its `/readyz` answers.
        public var ready: Bool
        public var draining: Bool
        public var strict: Bool
        public var lagSeconds: Double
        /// Nodes that hold the same have the same.
        public var contentSum: String
    }

    /// - Parameter width: columns of the terminal; nil for a pipe, where nothing is cut.
    public func lines(width: Int?, hasColour: Bool) -> [String] {
        var screen = Screen(width: width, hasColour: hasColour)
        drawHead(on: &screen)
        screen.gap()
        let names = max(4, nodes.map { Screen.printable($0.name).count }.max() ?? 0)
        let addresses = max(7, nodes.map { Screen.printable($0.address).count }.max() ?? 0)
        screen.line(
            ("  " + "NODE".padded(to: names) + "  " + "ADDRESS".padded(to: addresses) + "  STATE                  /status  /readyz    "
                + "LAG      CONTENT", .faint))
        for node in nodes { draw(node, names, addresses, on: &screen) }
        return screen.lines
    }

    private func drawHead(on screen: inout Screen) {
        let age = viewAgeSeconds.map { "read \(Overview.age($0)) ago" } ?? (coordinator == "standalone" ? "a node by itself" : "not read yet")
        let isOld = (viewAgeSeconds ?? 0) > 15 || (viewAgeSeconds == nil && coordinator != "standalone")
        screen.line(
            ("farm  ", .faint), ("\(nodes.count) \(nodes.count == 1 ? "node" : "nodes")", .bold), (", \(coordinator), ", .faint),
            (age, isOld ? .red : nil))
        if let refused { screen.line(("  not taken: \(refused)", .red)) }
        if !leases.isEmpty { screen.line(("  this node does for all: \(leases.joined(separator: " "))", .faint)) }
    }

    private func draw(_ node: Node, _ names: Int, _ addresses: Int, on screen: inout Screen) {
        let isGood = node.state == "SYNCHRONIZED"
        let agrees = node.contentSum == commonSum
        screen.line(
            ((node.local ? "* " : "  ") + Screen.printable(node.name).padded(to: names), node.local ? .bold : nil),
            ("  " + Screen.printable(node.address).padded(to: addresses), nil),
            ("  " + (node.state + (node.draining ? " draining" : "")).padded(to: 21), isGood && !node.draining ? .green : .yellow),
            ("  \(node.status)" + (node.strict ? " s" : "  "), node.status == 200 ? .green : .red),
            ("    " + (node.ready ? "ready" : "not ready").padded(to: 9), node.ready ? .green : .red),
            ("  " + Overview.age(node.lagSeconds).padded(to: 7), node.lagSeconds > 0 ? .yellow : nil),
            (agrees ? "  agrees" : "  differs", agrees ? nil : .yellow))
    }

    /// What most nodes hold.
    private var commonSum: String? {
        Dictionary(grouping: nodes, by: \.contentSum).max { ($0.value.count, $0.key) < ($1.value.count, $1.key) }?.key
    }
}
