/// Two sides held against each other.
public struct DiffReport: Sendable {
    public let a: DiffTotals
    public let b: DiffTotals
    public let counts: [DiffClass: Int]
    /// Worst first, then by name. What is equal is only counted, and so is what is packed differently unless it was asked for.
    public let findings: [DiffFinding]
    /// Repositories of the same content whose descriptions, visibility or names differ; the next discovery of a node brings them.
    public let metadataDiffers: Int
    public let severity: DiffSeverity
    /// What should be looked at once more before it is said, because the two sides may have been read at different moments.
    public let suspects: Set<RepositoryID>

    public func count(_ outcome: DiffClass) -> Int { counts[outcome, default: 0] }

    /// - Parameters:
    ///   - now: of the clock that the readings were taken by.
    ///   - tolerance: a lag below this is in flight, and a suspect as well.
    ///   - listsPacking: whether what is packed differently is listed.
    public init(_ a: DiffSide, _ b: DiffSide, at now: MonotonicTime, tolerance: Duration, listsPacking: Bool = false) {
        let pair = DiffPair(a: a, b: b, now: now)
        var (counts, findings, suspects): ([DiffClass: Int], [DiffFinding], Set<RepositoryID>) = ([:], [], [])
        var metadataDiffers = 0
        for id in Self.ids(a, b) {
            let (mine, theirs) = (a.readings[id], b.readings[id])
            guard let judgement = pair.judge(mine, theirs), let known = mine ?? theirs else { continue }
            counts[judgement.outcome, default: 0] += 1
            if judgement.outcome.isSuspicious || judgement.isInFlight(tolerance) { suspects.insert(id) }
            if Self.differInMetadata(mine, theirs, judgement) { metadataDiffers += 1 }
            guard judgement.outcome < .packedDifferently || (listsPacking && judgement.outcome == .packedDifferently) else { continue }
            findings.append(
                DiffFinding(
                    id: id, project: known.project, name: mine?.name ?? theirs?.name, judgement: judgement, a: mine?.figures,
                    b: theirs?.figures))
        }
        self.a = DiffTotals(a)
        self.b = DiffTotals(b)
        self.counts = counts
        self.findings = findings.sorted(by: Self.isBefore)
        self.metadataDiffers = metadataDiffers
        self.suspects = suspects
        severity = findings.map(\.judgement.severity).max() ?? .benign
    }

    private static func ids(_ a: DiffSide, _ b: DiffSide) -> [RepositoryID] {
        Array(a.readings.keys) + b.readings.keys.filter { a.readings[$0] == nil }
    }

    private static func differInMetadata(_ a: DiffReading?, _ b: DiffReading?, _ judgement: DiffJudgement) -> Bool {
        guard let a, let b, [.equal, .packedDifferently].contains(judgement.outcome) else { return false }
        return a.metadata != b.metadata && a.metadata != .unknown && b.metadata != .unknown
    }

    private static func isBefore(_ left: DiffFinding, _ right: DiffFinding) -> Bool {
        if left.outcome != right.outcome { return left.outcome < right.outcome }
        switch (left.name, right.name) {
        case (let one?, let other?): return one < other
        case (nil, nil): return left.id < right.id
        case (_?, nil): return true
        case (nil, _?): return false
        }
    }
}

extension DiffJudgement {
    /// A lag so young that it may be over in a moment.
    fileprivate func isInFlight(_ tolerance: Duration) -> Bool { outcome == .lagging && age.map { $0 < tolerance } ?? false }
}
