@testable import HelioNode

/// Sides of a comparison in as many words as it takes to say what is special about them.
enum DiffSample {
    static let now = MonotonicTime(nanoseconds: 10_000 * 1_000_000_000)

    static func ago(_ seconds: Int64) -> MonotonicTime { now - .seconds(seconds) }

    static func hash(_ byte: UInt8) -> MirrorHash { .known(Digest(raw: Array(repeating: byte, count: 32))) }

    static let figures = CopyFigures(refs: 2, objects: 30, bytes: 4000)

    static func disk(_ content: MirrorHash, _ figures: CopyFigures = figures, gap: String? = nil) -> DiskReading {
        .read(DiskContent(content: content, figures: figures, gap: gap))
    }

    /// A node's copy that it last compared with the upstream and changed so many seconds ago.
    static func copy(
        _ content: MirrorHash, _ disk: DiskReading?, _ status: RepositoryEntry.Status = .synchronized, id: Int64 = 1, hasCopy: Bool = true,
        outstanding: Int64? = nil, isChanging: Bool = false, confirmed: Int64? = 5, changed: Int64? = 500
    ) -> DiffReading {
        DiffReading(
            id: RepositoryID(id), project: ProjectID(7), content: content,
            standing: DiffStanding(
                hasCopy: hasCopy, status: status, outstandingSince: outstanding.map { ago($0) }, isChanging: isChanging),
            disk: disk, confirmedAt: confirmed.map { ago($0) }, heldSince: changed.map { ago($0) })
    }

    static func copy(_ content: MirrorHash) -> DiffReading { copy(content, disk(content)) }

    static func upstream(_ content: MirrorHash, id: Int64 = 1, readFrom first: Int64 = 0, to last: Int64 = 0) -> DiffReading {
        DiffReading(
            id: RepositoryID(id), project: ProjectID(7), content: content, disk: disk(content), confirmedAt: ago(last), heldSince: ago(first))
    }

    static func hashes(_ content: MirrorHash, id: Int64 = 1, confirmed: Int64? = nil) -> DiffReading {
        DiffReading(id: RepositoryID(id), project: ProjectID(7), content: content, confirmedAt: confirmed.map { ago($0) })
    }

    static func side(_ role: DiffRole, _ readings: DiffReading..., backlog: DiffBacklog? = nil, unseen: UnseenPaths = []) -> DiffSide {
        DiffSide(
            role: role, readings: Dictionary(uniqueKeysWithValues: readings.map { ($0.id, $0) }), backlog: backlog, unseen: unseen)
    }

    static func report(_ a: DiffSide, _ b: DiffSide, tolerance: Duration = .seconds(30), listsPacking: Bool = false) -> DiffReport {
        DiffReport(a, b, at: now, tolerance: tolerance, listsPacking: listsPacking)
    }
}
