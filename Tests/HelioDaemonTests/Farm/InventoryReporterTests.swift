import HelioLock
import HelioMetrics
import HelioNode
import TestSupport
import Testing

@testable import HelioDaemon

/// Counting, with numbers that a test makes up.
struct InventoryReporterTests {
    private struct Broken: Error {}

    /// What each query is to answer, and what was asked.
    private struct Script: InventorySource {
        let numbers = Locked<[InventoryQuery: Int]>([:])
        let broken = Locked<Set<InventoryQuery>>([])
        let asked = Locked<[InventoryQuery]>([])
        let isHeldUp = Locked(false)
        let caughtUp = Locked<[RepositoryID?]>([])

        func count(_ query: InventoryQuery) async throws -> Int? {
            asked.withLock { $0.append(query) }
            while isHeldUp.withLock({ $0 }) { try? await Pace.take(.milliseconds(5)) }  // cancelled: looks again
            if broken.withLock({ $0.contains(query) }) { throw Broken() }
            return numbers.withLock { $0[query] }
        }

        func catchUp(after last: RepositoryID?) async throws -> RepositoryID? {
            caughtUp.withLock { $0.append(last) }
            return last == nil ? RepositoryID(1) : nil
        }
    }

    private let registry = Registry()
    private let script = Script()
    private let metrics: InventoryMetrics
    private let reporter: InventoryReporter

    init() {
        metrics = InventoryMetrics(registry)
        var settings = NodeConfiguration.Database.Metrics()
        settings.interval = .milliseconds(20)
        let log = NodeLog(LogOutput(NodeConfiguration.Log()).logger("test"))
        reporter = InventoryReporter(settings, script, metrics: metrics, log: log)
        script.numbers.withLock { numbers in for query in InventoryQuery.allCases { numbers[query] = 1 } }
        reporter.start()
    }

    private func hold(_ fence: Int64) {
        var keeper = LeaseKeeper(.inventory, for: .seconds(60))
        let now = SystemClock.monotonic()
        keeper.want(at: now)
        _ = keeper.advance(mayAct: true, at: now)
        _ = keeper.take(.granted(fence: fence), pause: .zero, at: now)
        reporter.holds(keeper.holding)
    }

    private var rows: [String: String] { registry.lines.filter { $0.key.hasPrefix("heliostat_database_rows") } }

    private func series(_ query: InventoryQuery) -> String { "heliostat_database_rows{query_name=\"\(query.rawValue)\"}" }

    @Test func everything_IsCountedAtOnce_AndAgainAfterTheInterval() async throws {
        hold(7)
        try await eventually("all series") { rows.count == InventoryQuery.allCases.count }
        script.numbers.withLock { $0[.refs] = 42 }
        try await eventually("the next count") { rows[series(.refs)] == "42.0" }
        reporter.stop()
        #expect(rows.isEmpty)
    }

    @Test func queryThatFails_StopsNoOther_AndItsSeriesGoes() async throws {
        hold(7)
        try await eventually("all series") { rows.count == InventoryQuery.allCases.count }
        script.broken.withLock { $0 = [.repositories] }
        script.numbers.withLock { $0[.vetMismatch] = 5 }
        try await eventually("the others") { rows[series(.vetMismatch)] == "5.0" && rows[series(.repositories)] == nil }
        #expect(rows.count == InventoryQuery.allCases.count - 1)
        script.broken.withLock { $0 = [] }
        try await eventually("it is back") { rows[series(.repositories)] == "1.0" }
        reporter.stop()
    }

    @Test func numberThatIsNotKnown_HasNoSeries_AndRefsAreGoneThroughOnce() async throws {
        script.numbers.withLock { $0[.refs] = nil }
        hold(7)
        try await eventually("two steps") { script.caughtUp.withLock { $0 } == [nil, RepositoryID(1)] }
        let asked = script.asked.withLock { $0.count }
        try await eventually("more counts") { script.asked.withLock { $0.count } > asked + 3 * InventoryQuery.allCases.count }
        #expect(rows[series(.refs)] == nil && rows.count == InventoryQuery.allCases.count - 1)
        #expect(script.caughtUp.withLock { $0.count } == 2)
        reporter.stop()
    }

    /// Whatever is still being counted when the lease is lost is not shown, not under the next lease either.
    @Test func lostLease_TakesTheSeriesAway_AndEndsTheCount() async throws {
        hold(7)
        try await eventually("all series") { rows.count == InventoryQuery.allCases.count }
        script.isHeldUp.withLock { $0 = true }
        let asked = script.asked.withLock { $0.count }
        try await eventually("a count that is held up") { script.asked.withLock { $0.count } > asked }
        reporter.holds(nil)
        #expect(rows.isEmpty)
        hold(8)
        #expect(rows.isEmpty)
        script.numbers.withLock { numbers in for query in InventoryQuery.allCases { numbers[query] = 2 } }
        script.isHeldUp.withLock { $0 = false }
        try await eventually("all series") { rows.count == InventoryQuery.allCases.count }
        #expect(Set(rows.values) == ["2.0"])
        reporter.stop()
    }

    @Test func extendedLease_BeginsNothingAnew() async throws {
        hold(7)
        try await eventually("all series") { rows.count == InventoryQuery.allCases.count }
        hold(7)
        #expect(rows.count == InventoryQuery.allCases.count)
        reporter.stop()
    }

    @Test func stop_IsForGood_AndHarmlessTwice() async throws {
        hold(7)
        try await eventually("all series") { rows.count == InventoryQuery.allCases.count }
        reporter.stop()
        reporter.stop()
        hold(8)
        let asked = script.asked.withLock { $0.count }
        try await Pace.take(.milliseconds(100))
        #expect(rows.isEmpty)
        #expect(script.asked.withLock { $0.count } <= asked + 1)
    }
}
