public import HelioJSON
public import HelioNode

/// One repository of an inspection: what the node says of it, and what was found on its disk. Times are ages, since clocks differ.
public struct InspectedRepository: Sendable, Equatable {
    public var id: RepositoryID
    public var project: ProjectID
    public var name: RepositoryName
    public var content: MirrorHash
    public var metadata: MirrorHash
    public var hasCopy: Bool
    public var status: RepositoryEntry.Status
    /// For how long it is behind, waits for its first copy or is quarantined.
    public var outstanding: Duration?
    /// Since the copy was last known to equal the upstream.
    public var confirmed: Duration?
    /// Since the node last changed the copy; since its start when it has not.
    public var changed: Duration?
    /// Something worked on the copy while it was read.
    public var isChanging: Bool
    /// nil when there is no copy to look at.
    public var disk: DiskReading?

    /// - Parameters:
    ///   - entry: what the node knows, at `now`.
    ///   - disk: what somebody found before that.
    public init(_ entry: RepositoryEntry, disk: DiskReading?, isChanging: Bool, at now: MonotonicTime) {
        id = entry.repository.id
        project = entry.repository.project.id
        name = entry.repository.name
        content = entry.content
        metadata = entry.metadata
        hasCopy = entry.hasCopy
        status = entry.status
        outstanding = (entry.status == .quarantined ? entry.quarantinedSince : entry.behindSince).map { max(now - $0, .zero) }
        confirmed = entry.confirmedAt.map { max(now - $0, .zero) }
        changed = entry.lastChange.map { max(now - $0, .zero) }
        self.isChanging = isChanging
        self.disk = disk
    }
}

extension InspectedRepository: JSONValue {
    public func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("id", id.value)
            json.field("project", project.value)
            json.field("name", name)
            json.object("hashes") { json in
                json.field("content", content)
                json.field("metadata", metadata)
            }
            json.field("copy", hasCopy)
            json.field("status", status.rawValue)
            json.field("outstandingSeconds", outstanding)
            json.field("confirmedSeconds", confirmed)
            json.field("changedSeconds", changed)
            json.field("changing", isChanging)
            if let disk { json.object("disk") { Self.append(disk, to: &$0) } }
        }
    }

    private static func append(_ disk: DiskReading, to json: inout JSONWriter) {
        switch disk {
        case .absent: json.field("state", "absent")
        case .unreadable(let failure):
            json.field("state", "unreadable")
            json.field("reason", failure.reason.rawValue)
            json.field("message", failure.message)
        case .read(let found):
            json.field("state", "read")
            json.field("content", found.content)
            json.field("refs", found.figures.refs)
            json.field("objects", found.figures.objects)
            json.field("bytes", found.figures.bytes)
            json.field("gap", found.gap)
        }
    }
}

extension InspectedRepository {
    init(_ json: JSONTree) throws(JSONError) {
        id = RepositoryID(try json.required("id").int64())
        project = ProjectID(try json.required("project").int64())
        do throws(NameError) {
            name = try RepositoryName(ByteString(try Self.text(json, "name")))
        } catch { throw .wrongKind }
        let hashes = try json.required("hashes")
        content = try hashes.required("content").hash()
        metadata = try hashes.required("metadata").hash()
        hasCopy = try json.required("copy").bool()
        guard let status = RepositoryEntry.Status(rawValue: try json.required("status").string()) else { throw .wrongKind }
        self.status = status
        outstanding = try json.duration("outstandingSeconds")
        confirmed = try json.duration("confirmedSeconds")
        changed = try json.duration("changedSeconds")
        isChanging = try json.required("changing").bool()
        if let disk = json["disk"] { self.disk = try Self.disk(disk) }
    }

    /// A name that is no text is as wrong as an illegal one.
    private static func text(_ json: JSONTree, _ name: String) throws(NameError) -> [UInt8] {
        guard case .string(let bytes)? = json[name] else { throw .emptySegment }
        return bytes
    }

    private static func disk(_ json: JSONTree) throws(JSONError) -> DiskReading {
        switch try json.required("state").string() {
        case "absent": return .absent
        case "unreadable":
            guard let reason = FailureReason(rawValue: try json.required("reason").string()) else { throw .wrongKind }
            return .unreadable(Failure(reason, try json.required("message").string()))
        case "read":
            let figures = CopyFigures(
                refs: try json.required("refs").count(), objects: try json.required("objects").count(),
                bytes: try json.required("bytes").count())
            return .read(DiskContent(content: try json.required("content").hash(), figures: figures, gap: json["gap"]?.text))
        default: throw .wrongKind
        }
    }
}
