import HelioNode
import HelioStore
import TestSupport
import Testing

@testable import HelioDaemon

/// What is left of what waits for a store that takes nothing.
struct StoreLaneTests {
    private static let unchanged = CopyReport.unchanged(WallTime(millisecondsSince1970: 1))
    private static let behind = CopyReport.behind(WallTime(millisecondsSince1970: 1))

    @Test func lastReportOfEachKind_IsKept_InOrder() {
        let (hash, failure) = (MirrorHash.known(Digest(raw: [UInt8](repeating: 7, count: 32))), Failure(.corrupt, "broken"))
        let hashed = CopyReport.hashed(content: hash, head: .symbolic(.main))
        let reports: [(Int64, CopyReport)] = [
            (1, hashed), (2, Self.behind), (1, Self.unchanged), (2, .failed(failure, count: 5, quarantined: true)), (1, hashed), (1, Self.unchanged),
            (2, Self.behind), (3, .lost),
        ]
        let entries = reports.map { StoreLane.Entry(write: .report(RepositoryID($0), $1), since: MonotonicTime(nanoseconds: 0)) }
        let kept = StoreLane.lastReports(entries).compactMap { entry in
            if case .report(let id, let report) = entry.write { Kept(id: id.value, report: report) } else { nil }
        }
        let expected: [(Int64, CopyReport)] = [
            (2, .failed(failure, count: 5, quarantined: true)), (1, hashed), (1, Self.unchanged), (2, Self.behind), (3, .lost),
        ]
        #expect(kept == expected.map { Kept(id: $0, report: $1) })
    }

    /// A report on one of a thousand repositories.
    private func entry(_ number: Int) -> StoreLane.Entry {
        StoreLane.Entry(write: .report(RepositoryID(Int64(number % 1000)), Self.behind), since: MonotonicTime(nanoseconds: Int64(number)))
    }

    /// - Returns: the numbers of what waits, batch by batch.
    private func drain(_ waiting: inout StoreLane.Waiting) -> [[Int64]] {
        var batches: [[Int64]] = []
        while case let batch = waiting.next(), !batch.isEmpty { batches.append(batch.map(\.since.nanoseconds)) }
        return batches
    }

    @Test func whatIsLeftOfABatch_GoesBeforeWhatCameSince() {
        var waiting = StoreLane.Waiting()
        waiting.append((0..<1200).map(entry))
        let batch = waiting.next()
        waiting.append([entry(1200)])
        waiting.putBack(Array(batch.dropFirst(100)))
        #expect(waiting.count == 1101 && waiting.oldest == MonotonicTime(nanoseconds: 100))
        let batches = drain(&waiting)
        #expect(batches.flatMap { $0 } == Array(100...1200 as ClosedRange<Int64>))
        #expect(batches.map(\.count) == [512, 512, 77])
        #expect(waiting.count == 0 && waiting.oldest == nil)
    }

    @Test func tooMuch_IsReducedToTheLastReports_ButForWhatIsBeingWritten() {
        var waiting = StoreLane.Waiting()
        waiting.append((0..<100_512).map(entry))
        #expect(waiting.count == 1000)
        _ = drain(&waiting)
        waiting.append((0..<100_000).map(entry))
        let batch = waiting.next()
        waiting.append((100_000..<100_513).map(entry))
        #expect(waiting.count == 1000 && waiting.oldest == MonotonicTime(nanoseconds: 99_513))
        waiting.putBack(batch)
        #expect(waiting.count == 1512)
        let left = drain(&waiting).flatMap { $0 }
        #expect(left == Array(0..<512 as Range<Int64>) + Array(99_513..<100_513 as Range<Int64>))
    }

    /// A job waits for what was written of its repository, and not for a line that is never empty.
    @Test(.timeLimit(.minutes(2))) func settling_Ends_ThoughMoreKeepsComing() async throws {
        let directory = try TemporaryDirectory()
        let lane = StoreLane(store: try await Store.open(directory.path), log: NodeLog(LogOutput(NodeConfiguration.Log()).logger("test")))
        let flood = Task {
            while !Task.isCancelled {
                if lane.backlog.count < 1000 { lane.append(Array(repeating: .drain("x"), count: 1000)) }
                await Task.yield()
            }
        }
        try await eventually("much waits") { lane.backlog.count > 500 }
        await lane.settle()
        flood.cancel()
        await flood.value
    }

    /// What has to be written after it waits, too.
    @Test func settling_SaysSo_WhereTheStoreTakesNothing() async throws {
        let directory = try TemporaryDirectory()
        let store = try await Store.open(directory.path)
        let lane = StoreLane(store: store, log: NodeLog(LogOutput(NodeConfiguration.Log()).logger("test")))
        let somebody = try DatabaseLock(directory.path + "/heliostat.db")
        lane.append([.drain("x")])
        #expect(await lane.settle() == false)
        let patient = Task { await lane.settle(attempts: 4) }
        somebody.end()
        #expect(await patient.value)
        #expect(try await store.drainReason == "x")
    }

    private struct Kept: Equatable {
        let id: Int64
        let report: CopyReport
    }
}
