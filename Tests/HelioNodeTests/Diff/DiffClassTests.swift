import Testing

@testable import HelioNode

/// What two readings of one repository are judged to be, as a table.
struct DiffClassTests {
    struct Row: Sendable, CustomTestStringConvertible {
        let what: String
        let a: DiffSide
        let b: DiffSide
        let outcome: DiffClass?
        var place: DiffPlace?
        var reason: DiffReason?
        var age: Duration?
        var severity = DiffSeverity.benign

        var testDescription: String { what }
    }

    private static let one = DiffSample.hash(1)
    private static let two = DiffSample.hash(2)
    private static let three = DiffSample.hash(3)

    private static func nodes(_ a: DiffReading, _ b: DiffReading) -> (DiffSide, DiffSide) {
        (DiffSample.side(.mirror, a), DiffSample.side(.mirror, b))
    }

    private static func row(
        _ what: String, _ sides: (DiffSide, DiffSide), _ outcome: DiffClass?, _ place: DiffPlace? = nil, _ reason: DiffReason? = nil,
        age: Duration? = nil, _ severity: DiffSeverity = .benign
    ) -> Row {
        Row(what: what, a: sides.0, b: sides.1, outcome: outcome, place: place, reason: reason, age: age, severity: severity)
    }

    static let same: [Row] = [
        row("two copies of one content", nodes(DiffSample.copy(one), DiffSample.copy(one)), .equal, nil, .same),
        row(
            "more objects and a thousand times the bytes",
            nodes(DiffSample.copy(one), DiffSample.copy(one, DiffSample.disk(one, CopyFigures(refs: 2, objects: 31, bytes: 4_000_000)))),
            .packedDifferently, nil, .packing),
        row("the same hashes, and nobody looked at one disk", nodes(DiffSample.hashes(one), DiffSample.copy(one)), .equal, nil, .same),
        row("a node behind in nothing that differs", nodes(DiffSample.copy(one, DiffSample.disk(one), .behind), DiffSample.copy(one)), .equal),
        row("upstream and copy", (DiffSample.side(.upstream, DiffSample.upstream(one)), DiffSample.side(.mirror, DiffSample.copy(one))), .equal),
    ]

    static let lost: [Row] = [
        row(
            "the copy is gone", nodes(DiffSample.copy(one, .absent), DiffSample.copy(one)), .claimedAbsent, .a, .copyGone, .critical),
        row(
            "a ref's object is gone", nodes(DiffSample.copy(one), DiffSample.copy(one, DiffSample.disk(one, gap: "hole"))),
            .claimedAbsent, .b, .gap("hole"), .critical),
        row(
            "the copy is no repository", nodes(DiffSample.copy(one, .unreadable(Failure(.corrupt, "no HEAD"))), DiffSample.copy(one)),
            .claimedAbsent, .a, .unreadable(Failure(.corrupt, "no HEAD")), .critical),
        row(
            "gone on the one, and the other never had it",
            (DiffSample.side(.mirror, DiffSample.copy(one, .absent)), DiffSample.side(.mirror)), .claimedAbsent, .a, .copyGone, .critical),
        row(
            "a hole upstream", (DiffSample.side(.mirror, DiffSample.copy(one)), DiffSample.side(.upstream, holed)), .claimedAbsent, .b, nil,
            .critical),
        row(
            "gone, and behind as well", nodes(DiffSample.copy(one, .absent, .behind, outstanding: 9), DiffSample.copy(two)), .claimedAbsent, .a,
            .copyGone, .critical),
    ]

    private static let holed = DiffReading(
        id: RepositoryID(1), project: ProjectID(7), content: one, disk: DiffSample.disk(one, gap: "hole"), confirmedAt: DiffSample.now,
        heldSince: DiffSample.now)

    static let differing: [Row] = [
        row(
            "the disk is not what the record says", nodes(DiffSample.copy(one, DiffSample.disk(two)), DiffSample.copy(one)), .mismatch, .a,
            .diskDiffers, .critical),
        row(
            "the disk is what the other side has, and not what the record says",
            nodes(DiffSample.copy(one, DiffSample.disk(two)), DiffSample.copy(two)), .mismatch, .a, .diskDiffers, .critical),
        row(
            "both compared with the upstream after the other's last change", nodes(DiffSample.copy(one), DiffSample.copy(two)), .mismatch, nil,
            .contentDiffers, .critical),
        row("saved hashes on both sides", nodes(DiffSample.hashes(one), DiffSample.hashes(two)), .mismatch, nil, .contentDiffers, .critical),
        row(
            "a node that has compared since the upstream was first read",
            (
                DiffSample.side(.upstream, DiffSample.upstream(one, readFrom: 30)),
                DiffSample.side(.mirror, DiffSample.copy(two, DiffSample.disk(two), confirmed: 10, changed: 500))
            ), .mismatch, nil, .contentDiffers, .critical),
    ]

    static let behind: [Row] = [
        row(
            "one says that it is behind",
            nodes(DiffSample.copy(one), DiffSample.copy(two, DiffSample.disk(two), .behind, outstanding: 90)), .lagging, .b, .behind,
            age: .seconds(90), .lagging),
        row(
            "one is quarantined", nodes(DiffSample.copy(one, DiffSample.disk(one), .quarantined, outstanding: 900), DiffSample.copy(two)),
            .lagging, .a, .quarantined, age: .seconds(900), .lagging),
        row(
            "one has not looked since the other changed",
            nodes(
                DiffSample.copy(one, DiffSample.disk(one), confirmed: 1, changed: 40),
                DiffSample.copy(two, DiffSample.disk(two), confirmed: 100, changed: 900)), .lagging, .b, .notLooked, age: .seconds(40), .lagging),
        row(
            "a node that has not compared since the upstream was first read",
            (
                DiffSample.side(.upstream, DiffSample.upstream(one, readFrom: 30)),
                DiffSample.side(.mirror, DiffSample.copy(two, DiffSample.disk(two), confirmed: 31, changed: 500))
            ), .lagging, .b, .notLooked, age: .seconds(30), .lagging),
        row(
            "moments lie between the two, and the one that looked last is not behind",
            nodes(
                DiffSample.copy(one, DiffSample.disk(one), confirmed: 2, changed: 2),
                DiffSample.copy(two, DiffSample.disk(two), confirmed: 3, changed: 3)), .lagging, .b, .notLooked, age: .seconds(2), .lagging),
        row(
            "the upstream was read before the node took a push",
            (
                DiffSample.side(.upstream, DiffSample.upstream(one, readFrom: 9, to: 9)),
                DiffSample.side(.mirror, DiffSample.copy(two, DiffSample.disk(two), confirmed: 1, changed: 1))
            ), .lagging, nil, .moments, age: .seconds(1), .lagging),
        row(
            "the last contact was before the other changed",
            nodes(DiffSample.hashes(one, confirmed: 60), DiffSample.copy(two, DiffSample.disk(two), confirmed: 2, changed: 3)), .lagging, .a,
            .notLooked, age: .seconds(3), .lagging),
        row(
            "read while it was being synchronised", nodes(DiffSample.copy(one, DiffSample.disk(two), isChanging: true), DiffSample.copy(one)),
            .lagging, .a, .changing, .lagging),
        row(
            "gone while it was being mirrored anew", nodes(DiffSample.copy(one), DiffSample.copy(one, .absent, isChanging: true)), .lagging,
            .b, .changing, .lagging),
        row(
            "differs while one is being synchronised",
            nodes(DiffSample.copy(one), DiffSample.copy(two, DiffSample.disk(two), isChanging: true)), .lagging, .b, .changing, .lagging),
        row(
            "hashes that are others at each look", nodes(DiffSample.hashes(one).following(DiffSample.hashes(three)), DiffSample.hashes(two)),
            .lagging, .a, .changing, .lagging),
        row(
            "hashes that differ at each look in the same way",
            nodes(DiffSample.hashes(one).following(DiffSample.hashes(one)), DiffSample.hashes(two)), .mismatch, nil, .contentDiffers, .critical),
        row(
            "hashes of a node that is behind with something",
            (
                DiffSample.side(.mirror, DiffSample.hashes(one), backlog: DiffBacklog(behind: 1, firstCopies: 0, quarantined: 0, oldest: .zero)),
                DiffSample.side(.mirror, DiffSample.copy(two))
            ), .lagging, .a, .mayBeBehind, .lagging),
    ]

    static let absent: [Row] = [
        row(
            "not on one of two nodes", (DiffSample.side(.mirror, DiffSample.copy(one)), DiffSample.side(.mirror)), .missing, .b, .notThere,
            .lagging),
        row(
            "its first copy is on its way", nodes(waiting, DiffSample.copy(one)), .missing, .a, .firstCopy, age: .seconds(12), .lagging),
        row("neither has made its first copy", nodes(waiting, waiting), .missing, nil, .firstCopy, age: .seconds(12), .lagging),
        row(
            "at the upstream and not here", (DiffSample.side(.upstream, DiffSample.upstream(one)), DiffSample.side(.mirror)), .missing, .b,
            .notThere, .lagging),
        row(
            "here and not at the upstream", (DiffSample.side(.mirror, DiffSample.copy(one)), DiffSample.side(.upstream)), .extra, .a,
            .goneUpstream),
        row("waiting for what the upstream does not have any more", (DiffSample.side(.mirror, waiting), DiffSample.side(.upstream)), nil),
        row(
            "two directories: neither is the other's upstream",
            (DiffSample.side(.upstream), DiffSample.side(.upstream, DiffSample.upstream(one))), .missing, .a, .notThere, .lagging),
    ]

    private static let waiting = DiffSample.copy(.unknown, nil, .waiting, hasCopy: false, outstanding: 12, confirmed: nil, changed: nil)

    static let untold: [Row] = [
        row("forty zeros", nodes(DiffSample.hashes(.unknown), DiffSample.copy(one)), .unknown, .a, .notComputed),
        row("forty zeros twice", nodes(DiffSample.hashes(.unknown), DiffSample.hashes(.unknown)), .unknown, nil, .notComputed),
        row("the disk knows what the record does not", nodes(DiffSample.copy(.unknown, DiffSample.disk(one)), DiffSample.copy(one)), .equal),
        row(
            "a disk that hangs", nodes(DiffSample.copy(one, .unreadable(Failure(.timeout, "hangs"))), DiffSample.copy(one)), .unknown, .a,
            .unreadable(Failure(.timeout, "hangs")), .lagging),
        row(
            "a broken repository upstream, which claims nothing",
            (DiffSample.side(.mirror, DiffSample.copy(one)), DiffSample.side(.upstream, broken)), .unknown, .b, nil, .lagging),
        row(
            "where nobody was let in",
            (DiffSample.side(.mirror, DiffSample.copy(one)), DiffSample.side(.upstream, unseen: ["P/"])), .unknown, .b, .unseen, .lagging),
    ]

    private static let broken = DiffReading(
        id: RepositoryID(1), project: ProjectID(7), content: .unknown, disk: .unreadable(Failure(.corrupt, "no HEAD")))

    @Test(arguments: same + lost + differing + behind + absent + untold) func judgement(of row: Row) {
        let report = DiffSample.report(row.a, row.b, listsPacking: true)
        let counted = DiffClass.allCases.filter { report.count($0) > 0 }
        #expect(counted == [row.outcome].compactMap(\.self))
        #expect(report.severity == row.severity)
        guard row.outcome != .equal, let judgement = report.findings.first?.judgement else { return }
        #expect(judgement.place == row.place)
        if let reason = row.reason { #expect(judgement.reason == reason) }
        #expect(judgement.age == row.age)
    }

    /// Whatever is said of A with the sides in one order is said of B in the other.
    @Test(arguments: same + lost + differing + behind + absent + untold) func sidesAreAlike(row: Row) {
        let (there, back) = (DiffSample.report(row.a, row.b, listsPacking: true), DiffSample.report(row.b, row.a, listsPacking: true))
        #expect(there.counts == back.counts)
        #expect(there.severity == back.severity)
        #expect(there.suspects == back.suspects)
        #expect(there.findings.first?.judgement.place == back.findings.first?.judgement.place?.other)
    }

    @Test func classes_AreTheWordsOfTheContract_WorstFirst() {
        #expect(
            DiffClass.allCases.map(\.rawValue)
                == ["claimed-absent", "mismatch", "missing", "lagging", "unknown", "extra", "packed-differently", "equal"])
        #expect(DiffClass.allCases == DiffClass.allCases.sorted())
    }
}
