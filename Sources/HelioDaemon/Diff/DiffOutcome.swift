public import HelioNode

/// A comparison and what it was made of.
public struct DiffOutcome: Sendable {
    public let a: DiffSideDescription
    public let b: DiffSideDescription
    public let report: DiffReport
    public let tolerance: Duration
    /// Repositories that were looked at a second time.
    public let lookedAgain: Int
    public let notes: [String]

    /// 0 nothing that matters, 1 lagging, 2 critical.
    public var exitCode: Int32 { Int32(report.severity.rawValue) }
}

/// A side as it was read.
public struct DiffSideDescription: Sendable {
    public enum Kind: String, Sendable { case node, upstream, hashes }

    public let kind: Kind
    /// The address, path or file.
    public let source: String
    public let name: String?
    public let state: String?
    public let looksAtDisks: Bool
    public let backlog: DiffBacklog?

    /// For people; not safe for a terminal by itself.
    var words: String {
        let what =
            switch kind {
            case .node: name.map { "node \($0) at" } ?? "node at"
            case .upstream: "upstream directory"
            case .hashes: "saved hashes in"
            }
        return "\(what) \(source)" + (state.map { ", \($0)" } ?? "")
    }
}
