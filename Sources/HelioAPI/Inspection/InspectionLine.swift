public import HelioJSON
public import HelioNode

/// An inspection on the wire is JSON, one object a line: who speaks, then each repository, then the end, without which it was cut.
/// Empty lines say that the node is still at it.
public enum InspectionLine: Sendable, Equatable {
    case header(InspectionHeader)
    case repository(InspectedRepository)
    case end(InspectionEnd)

    /// Bytes of a line at most: the longest legal name, escaped, and a few hundred bytes beside it, many times over.
    public static let limit = 256 * 1024

    /// - Parameter bytes: a line that is not empty, without its end.
    public init(_ bytes: [UInt8]) throws(InspectionProblem) {
        do throws(JSONError) {
            self = try Self.parse(JSONTree(bytes, depth: 3))
        } catch {
            throw InspectionProblem(description: "a line of it is not what an inspection says")
        }
    }

    private static func parse(_ json: JSONTree) throws(JSONError) -> InspectionLine {
        if json["inspection"] != nil { return .header(try InspectionHeader(json)) }
        if json["end"] != nil { return .end(try InspectionEnd(json)) }
        return .repository(try InspectedRepository(json))
    }

    /// With its line end.
    var bytes: [UInt8] {
        var writer = JSONWriter()
        switch self {
        case .header(let header): writer.value(header)
        case .repository(let repository): writer.value(repository)
        case .end(let end): writer.value(end)
        }
        return writer.bytes + [0x0A]
    }
}

public struct InspectionProblem: Error, Sendable, Equatable, CustomStringConvertible {
    public let description: String
}

public struct InspectionHeader: Sendable, Equatable {
    public var node: String
    public var version: String
    /// A `NodeState`, as text.
    public var state: String
    /// For people.
    public var upstream: String
    public var fingerprint: String
    /// `sync.refs.exclude`: what matches is left out of the hashes.
    public var refsExclude: [String]
}

extension InspectionHeader: JSONValue {
    public func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("inspection", 1)
            json.field("node", node)
            json.field("version", version)
            json.field("state", state)
            json.field("upstream", upstream)
            json.field("fingerprint", fingerprint)
            json.array("refsExclude") { json in for pattern in refsExclude { json.value(pattern) } }
        }
    }

    init(_ json: JSONTree) throws(JSONError) {
        node = try json.required("node").string()
        version = try json.required("version").string()
        state = try json.required("state").string()
        upstream = try json.required("upstream").string()
        fingerprint = try json.required("fingerprint").string()
        guard case .array(let patterns) = try json.required("refsExclude") else { throw .wrongKind }
        refsExclude = []
        for pattern in patterns { refsExclude.append(try pattern.string()) }
    }
}

public struct InspectionEnd: Sendable, Equatable {
    /// Lines of repositories before this one.
    public var repositories: Int
    public var backlog: DiffBacklog
}

extension InspectionEnd: JSONValue {
    public func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("end", true)
            json.field("repositories", repositories)
            json.object("backlog") { json in
                json.field("behind", backlog.behind)
                json.field("firstCopies", backlog.firstCopies)
                json.field("quarantined", backlog.quarantined)
                json.field("oldestSeconds", backlog.oldest)
            }
        }
    }

    init(_ json: JSONTree) throws(JSONError) {
        repositories = Int(clamping: try json.required("repositories").count())
        let backlog = try json.required("backlog")
        self.backlog = DiffBacklog(
            behind: Int(clamping: try backlog.required("behind").count()),
            firstCopies: Int(clamping: try backlog.required("firstCopies").count()),
            quarantined: Int(clamping: try backlog.required("quarantined").count()),
            oldest: try backlog.duration("oldestSeconds") ?? .zero)
    }
}

extension DiffBacklog {
    init(_ snapshot: NodeSnapshot, at now: MonotonicTime) {
        let catalogue = snapshot.catalogue
        let ages = [catalogue.oldestBehind, catalogue.oldestFirstCopy].map { NodeSnapshot.age($0, at: now) }
        self.init(
            behind: catalogue.counts.behind, firstCopies: catalogue.counts.waiting, quarantined: catalogue.counts.quarantined,
            oldest: ages.max() ?? .zero)
    }
}
