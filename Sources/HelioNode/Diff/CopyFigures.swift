/// What a repository weighs on a disk, or a side altogether. None of it is negative.
///
/// Two whole copies of one content differ in objects and bytes as a matter of course: one was fetched in many packs, the other in
/// one; one still holds what a forced push left behind. So these are shown, and nothing is concluded from them.
public struct CopyFigures: Sendable, Hashable {
    /// Mirrored refs: those that the content hash is made of.
    public var refs: Int64
    /// Objects in packs and loose ones. What stands in two packs counts twice, as in `git count-objects -v`; what a repository
    /// borrows from another by `alternates` counts there.
    public var objects: Int64
    /// Bytes of packs and of loose objects, without indexes.
    public var bytes: Int64

    public static let zero = CopyFigures(refs: 0, objects: 0, bytes: 0)

    public init(refs: Int64, objects: Int64, bytes: Int64) {
        self.refs = refs
        self.objects = objects
        self.bytes = bytes
    }

    /// Saturates: a peer may claim anything.
    public static func + (left: CopyFigures, right: CopyFigures) -> CopyFigures {
        CopyFigures(
            refs: left.refs.addingSaturating(right.refs), objects: left.objects.addingSaturating(right.objects),
            bytes: left.bytes.addingSaturating(right.bytes))
    }
}

/// A repository as somebody found it on a disk.
public enum DiskReading: Sendable, Hashable {
    /// There is nothing.
    case absent
    case unreadable(Failure)
    case read(DiskContent)
}

public struct DiskContent: Sendable, Hashable {
    /// Made of the refs on the disk.
    public let content: MirrorHash
    public let figures: CopyFigures
    /// What the refs lead to and is not there, in words for people; nil when nothing was missed.
    public let gap: String?

    public init(content: MirrorHash, figures: CopyFigures, gap: String? = nil) {
        self.content = content
        self.figures = figures
        self.gap = gap
    }
}
