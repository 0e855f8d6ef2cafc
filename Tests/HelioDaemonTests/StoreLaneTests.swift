import HelioNode
import HelioStore
import Testing

@testable import HelioDaemon

/// What is left of what waits for a store that takes nothing.
struct StoreLaneTests {
    @Test func lastReportOfEachKind_IsKept_InOrder() {
        let (hash, failure) = (MirrorHash.known(Digest(raw: [UInt8](repeating: 7, count: 32))), Failure(.corrupt, "broken"))
        let hashed = CopyReport.hashed(content: hash, head: .symbolic(.main))
        let reports: [(Int64, CopyReport)] = [
            (1, hashed), (2, .behind(WallTime(millisecondsSince1970: 1))), (1, .unchanged), (2, .failed(failure, count: 5, quarantined: true)), (1, hashed), (1, .unchanged),
            (2, .behind(WallTime(millisecondsSince1970: 1))), (3, .lost),
        ]
        let entries = reports.map { StoreLane.Entry(write: .report(RepositoryID($0), $1), since: MonotonicTime(nanoseconds: 0)) }
        let kept = StoreLane.lastReports(entries).compactMap { entry in
            if case .report(let id, let report) = entry.write { Kept(id: id.value, report: report) } else { nil }
        }
        let expected: [(Int64, CopyReport)] = [
            (2, .failed(failure, count: 5, quarantined: true)), (1, hashed), (1, .unchanged), (2, .behind(WallTime(millisecondsSince1970: 1))), (3, .lost),
        ]
        #expect(kept == expected.map { Kept(id: $0, report: $1) })
    }

    private struct Kept: Equatable {
        let id: Int64
        let report: CopyReport
    }
}
