import Testing

@testable import HelioNode

struct DiffReportTests {
    private let one = DiffSample.hash(1)
    private let two = DiffSample.hash(2)

    /// Three locations of one registry with different totals, which was asked about and turned out to be harmless. Nobody says which
    /// is which, so every pair has to come out the same.
    @Test func threeLocations_DifferInObjectsAndBytes_AndNothingIsWrong() throws {
        let totals: [(objects: Int64, bytes: Int64)] = [
            (24_081, 891_300_185_024), (21_081, 808_777_708_664), (21_667, 816_480_880_859),
        ]
        let sides = totals.map { side(objects: $0.objects, bytes: $0.bytes) }
        for (index, a) in sides.enumerated() {
            for (other, b) in sides.enumerated() where other != index {
                let report = DiffSample.report(a, b)
                #expect(report.severity == .benign)
                #expect(report.counts == [.equal: 99, .packedDifferently: 1])
                #expect(report.findings.isEmpty && report.suspects.isEmpty)
                #expect(report.a.figures == CopyFigures(refs: 100, objects: totals[index].objects, bytes: totals[index].bytes))
                #expect(report.b.figures?.objects == totals[other].objects)
                #expect(report.a.repositories == 100 && report.a.uncounted == 0)
            }
        }
    }

    /// A hundred repositories, of which one makes up the rest.
    private func side(objects: Int64, bytes: Int64) -> DiffSide {
        var side = DiffSide(role: .mirror)
        for id in 1...Int64(100) {
            let figures = CopyFigures(refs: 1, objects: id == 1 ? objects - 99 : 1, bytes: id == 1 ? bytes - 99 * 7 : 7)
            side.readings[RepositoryID(id)] = DiffSample.copy(one, DiffSample.disk(one, figures), id: id)
        }
        return side
    }

    @Test func packing_IsListedOnlyWhenAskedFor() {
        let (a, b) = (side(objects: 1000, bytes: 5000), side(objects: 2000, bytes: 6000))
        let findings = DiffSample.report(a, b, listsPacking: true).findings
        #expect(findings.map(\.outcome) == [.packedDifferently])
        #expect(findings.first?.a?.objects == 901 && findings.first?.b?.objects == 1901)
    }

    @Test func findings_ComeWorstFirst_ThenByName() throws {
        func named(_ name: String, _ reading: DiffReading) throws -> DiffReading {
            DiffReading(
                id: reading.id, project: reading.project, name: try RepositoryName(ByteString(name)), content: reading.content,
                standing: reading.standing, disk: reading.disk, confirmedAt: reading.confirmedAt, heldSince: reading.heldSince)
        }
        let a = DiffSample.side(
            .mirror, try named("P/b", DiffSample.copy(one, DiffSample.disk(one), .behind, id: 1, outstanding: 60)),
            try named("P/a", DiffSample.copy(one, DiffSample.disk(one), .behind, id: 2, outstanding: 60)),
            try named("Z/z", DiffSample.copy(one, .absent, id: 3)), DiffSample.copy(one, DiffSample.disk(one), id: 4))
        let b = DiffSample.side(
            .mirror, DiffSample.copy(two, DiffSample.disk(two), id: 1), DiffSample.copy(two, DiffSample.disk(two), id: 2),
            DiffSample.copy(one, DiffSample.disk(one), id: 3))
        let report = DiffSample.report(a, b)
        #expect(report.findings.map { $0.name?.description ?? "-" } == ["Z/z", "-", "P/a", "P/b"])
        #expect(report.severity == .critical)
    }

    @Test func suspects_AreWhatMayBeOfTwoMoments_AndWhatHasOnlyBegunToLag() {
        let a = DiffSample.side(
            .mirror, DiffSample.copy(one, .absent, id: 1), DiffSample.copy(one, DiffSample.disk(one), id: 2),
            DiffSample.copy(one, DiffSample.disk(one), .behind, id: 3, outstanding: 29),
            DiffSample.copy(one, DiffSample.disk(one), .behind, id: 4, outstanding: 31), DiffSample.copy(one, DiffSample.disk(one), id: 5),
            DiffSample.copy(one, DiffSample.disk(one), id: 6))
        let b = DiffSample.side(
            .mirror, DiffSample.copy(one, DiffSample.disk(one), id: 1), DiffSample.copy(two, DiffSample.disk(two), id: 2),
            DiffSample.copy(two, DiffSample.disk(two), id: 3), DiffSample.copy(two, DiffSample.disk(two), id: 4),
            DiffSample.copy(one, DiffSample.disk(one), id: 5))
        #expect(DiffSample.report(a, b).suspects == Set([1, 2, 3, 6].map { RepositoryID($0) }))
    }

    @Test func laterLook_ReplacesWhatWasSuspicious_AndForgetsWhatHasGone() {
        var first = DiffSample.side(
            .upstream, DiffSample.upstream(one, id: 1, readFrom: 40), DiffSample.upstream(one, id: 2, readFrom: 40),
            DiffSample.upstream(one, id: 3, readFrom: 40), DiffSample.upstream(one, id: 4, readFrom: 40))
        let later = DiffSample.side(
            .upstream, DiffSample.upstream(one, id: 1, readFrom: 1), DiffSample.upstream(two, id: 2, readFrom: 1),
            DiffSample.upstream(two, id: 4, readFrom: 1))
        first.take(later, of: Set([1, 2, 3].map { RepositoryID($0) }))
        #expect(first.readings.keys.map(\.value).sorted() == [1, 2, 4])
        // The same content has been there all the time; another one since it was seen.
        #expect(first.readings[RepositoryID(1)]?.heldSince == DiffSample.ago(40))
        #expect(first.readings[RepositoryID(2)]?.heldSince == DiffSample.ago(1))
        #expect(first.readings[RepositoryID(4)]?.content == one)
    }

    @Test func totals_AreUnknownWhereNobodyLooked_AndSayWhatTheyLeaveOut() {
        let hashes = DiffSample.side(.mirror, DiffSample.hashes(one))
        let torn = DiffSample.side(
            .mirror, DiffSample.copy(one), DiffSample.copy(one, .unreadable(Failure(.timeout, "hangs")), id: 2),
            DiffSample.copy(.unknown, nil, .waiting, id: 3, hasCopy: false))
        let report = DiffSample.report(hashes, torn)
        #expect(report.a.figures == nil && report.a.repositories == 1)
        #expect(report.b.figures == DiffSample.figures && report.b.repositories == 2 && report.b.uncounted == 1)
        #expect(DiffSample.report(DiffSide(role: .mirror), torn).a.figures == .zero)
    }

    @Test func totals_Saturate_WhateverAPeerClaims() {
        let huge = CopyFigures(refs: .max, objects: .max, bytes: .max)
        let side = DiffSample.side(
            .mirror, DiffSample.copy(one, DiffSample.disk(one, huge), id: 1), DiffSample.copy(one, DiffSample.disk(one, huge), id: 2))
        #expect(DiffSample.report(side, DiffSide(role: .mirror)).a.figures == huge)
    }

    @Test func metadataAlone_IsCountedAndNothingElse() {
        func reading(_ metadata: MirrorHash) -> DiffSide {
            DiffSample.side(.mirror, DiffReading(id: RepositoryID(1), project: ProjectID(1), content: one, metadata: metadata))
        }
        let report = DiffSample.report(reading(one), reading(two))
        #expect(report.metadataDiffers == 1 && report.counts == [.equal: 1] && report.severity == .benign)
        #expect(DiffSample.report(reading(one), reading(.unknown)).metadataDiffers == 0)
    }

    @Test func nothing_EqualsNothing() {
        let report = DiffSample.report(DiffSide(role: .mirror), DiffSide(role: .upstream))
        #expect(report.severity == .benign && report.counts.isEmpty && report.findings.isEmpty)
    }
}
