import GRDB
import HelioNode
import TestSupport
import Testing

@testable import HelioStore

struct RunTests {
    let directory: TemporaryDirectory
    let store: Store

    init() async throws {
        directory = try TemporaryDirectory()
        store = try await Store.open(directory.path)
    }

    /// What `kill -9` leaves, opened anew.
    private func nextLife() async throws -> Store {
        try await Store.open(DatabaseFiles(path: directory.path).copy(to: directory.path + "/next").path)
    }

    private func stored(_ id: String, in other: Store? = nil) async throws -> StoredRun? {
        try await (other ?? store).reader.read { db in
            try Row.fetchOne(db, sql: RunRows.select + " WHERE id = ?", arguments: [id]).map(RunRows.run)
        }
    }

    @Test func run_IsKept_FromClaimToClose() async throws {
        try await store.openRun(id: "a", trigger: "interval", scope: "all", at: Samples.time)
        #expect(try await stored("a")?.status == nil)
        try await store.planRun(id: "a", planned: 12)
        let counts = StoredRun.Counts(succeeded: 9, failed: 1, cancelled: 0, skipped: 2)
        #expect(try await store.closeRun(id: "a", status: .fail, counts: counts, seconds: 1.5, at: Samples.time(plus: 2)))
        let run = try #require(try await stored("a"))
        #expect(run.planned == 12)
        #expect(run.status == .fail)
        #expect(run.counts == counts)
        #expect(run.seconds == 1.5)
        #expect(run.openedAt == Samples.time)
        #expect(run.closedAt == Samples.time(plus: 2))
        #expect(run.trigger == "interval")
    }

    @Test func run_ClosesOnce() async throws {
        try await store.openRun(id: "a", trigger: "interval", scope: "all", at: Samples.time)
        #expect(try await store.closeRun(id: "a", status: .success, counts: .init(), seconds: 1, at: Samples.time))
        #expect(try await !store.closeRun(id: "a", status: .fail, counts: .init(failed: 1), seconds: 2, at: Samples.time))
        #expect(try await stored("a")?.status == .success)
        await #expect(throws: StoreError.unknownRun("a")) { try await store.planRun(id: "a", planned: 1) }
        await #expect(throws: StoreError.unknownRun("b")) {
            try await store.closeRun(id: "b", status: .fail, counts: .init(), seconds: 0, at: Samples.time)
        }
    }

    @Test func openRuns_AreOrphaned_AtStart() async throws {
        for id in ["a", "b", "c"] { try await store.openRun(id: id, trigger: "interval", scope: "all", at: Samples.time) }
        try await store.closeRun(id: "b", status: .success, counts: .init(), seconds: 1, at: Samples.time)
        try await store.planRun(id: "c", planned: 9)
        try await store.progressRuns([.init(id: "c", counts: .init(succeeded: 3, failed: 1, skipped: 1), seconds: 12.5)])
        let next = try await nextLife()
        // The clock was set back by an hour meanwhile.
        let orphans = try await next.closeOrphanedRuns(at: Samples.time(plus: -3600))
        #expect(orphans.map(\.run.id) == ["a", "c"])
        #expect(orphans.map(\.lostRepositories) == [0, 4])
        let run = try #require(try await stored("c", in: next))
        #expect(orphans.last?.run == run)
        #expect(run.status == .cancel)
        #expect(run.reason == "orphaned")
        #expect(run.seconds == 12.5)
        #expect(run.counts == .init(succeeded: 3, failed: 1, cancelled: 4, skipped: 1))
        #expect(orphans.first?.run.seconds == 0)
        #expect(try await stored("b", in: next)?.status == .success)
        #expect(try await next.closeOrphanedRuns(at: Samples.time).isEmpty)
    }

    /// Somebody asks for it while what the life before left is still being finished.
    @Test func runOfThisLife_IsNobodysOrphan_UntilThisLifeEnds() async throws {
        try await store.openRun(id: "a", trigger: "scheduled", scope: "all", at: Samples.time)
        let next = try await nextLife()
        for id in ["b", "c"] { try await next.openRun(id: id, trigger: "requested", scope: "all", at: Samples.time) }
        try await next.closeRun(id: "c", status: .cancel, counts: .init(), seconds: 1, at: Samples.time)
        let killed = try DatabaseFiles(path: directory.path + "/next").copy(to: directory.path + "/killed")
        #expect(try await next.closeOrphanedRuns(at: Samples.time).map(\.run.id) == ["a"])
        #expect(try await next.formerRuns(limit: 10).map(\.id) == ["a"])
        #expect(try await next.closeRun(id: "b", status: .success, counts: .init(), seconds: 2, at: Samples.time))
        // Killed before it came to the first of these.
        let last = try await Store.open(killed.path)
        #expect(try await last.closeOrphanedRuns(at: Samples.time).map(\.run.id) == ["a", "b"])
        #expect(try await last.formerRuns(limit: 10).map(\.id) == ["c", "b", "a"])
    }

    @Test func progress_IsKept_WhileARunIsOpen_AndChangesNoClosedOne() async throws {
        try await store.openRun(id: "a", trigger: "interval", scope: "all", at: Samples.time)
        try await store.progressRuns([.init(id: "a", counts: .init(succeeded: 3), seconds: 4)])
        #expect(try await stored("a")?.counts.succeeded == 3)
        try await store.closeRun(id: "a", status: .success, counts: .init(succeeded: 5), seconds: 6, at: Samples.time)
        try await store.progressRuns([.init(id: "a", counts: .init(succeeded: 4), seconds: 5)])
        #expect(try await stored("a")?.counts.succeeded == 5)
    }

    @Test func lastSuccess_IsThatOfTheLastFullRun() async throws {
        #expect(try await store.lastSuccess() == nil)
        let runs: [(id: String, scope: String, status: StoredRun.Status)] = [
            ("a", "all", .success), ("b", "all", .fail), ("c", "P", .success), ("d", "all", .cancel),
        ]
        for (index, run) in runs.enumerated() {
            try await store.openRun(id: run.id, trigger: "interval", scope: run.scope, at: Samples.time)
            try await store.closeRun(
                id: run.id, status: run.status, counts: .init(), seconds: 1, at: Samples.time(plus: Int64(index + 1)))
        }
        #expect(try await store.lastSuccess() == Samples.time(plus: 1))
    }

    @Test func formerRuns_ComeNewestFirst_UpToLimit() async throws {
        for id in ["a", "b", "c"] { try await store.openRun(id: id, trigger: "request", scope: "all", at: Samples.time) }
        let next = try await nextLife()
        #expect(try await next.formerRuns(limit: 2).map(\.id) == ["c", "b"])
        #expect(try await next.formerRuns(limit: -1).isEmpty)
        #expect(try await store.formerRuns(limit: 2).isEmpty)
    }

    @Test func oldClosedRuns_Go_WhenNewOnesOpen() async throws {
        for id in ["closed", "open"] { try await store.openRun(id: id, trigger: "interval", scope: "all", at: Samples.time) }
        try await store.closeRun(id: "closed", status: .success, counts: .init(), seconds: 1, at: Samples.time)
        try await store.write { db in
            try db.execute(
                sql: "INSERT INTO run (number, id, trigger, opened_at, status) VALUES (?, 'late', 'interval', 0, 'success')",
                arguments: [Store.keptRuns + 1])
        }
        try await store.openRun(id: "new", trigger: "interval", scope: "all", at: Samples.time)
        #expect(try await nextLife().formerRuns(limit: 10).map(\.id) == ["new", "late", "open"])
    }
}
