import HelioLock
import HelioMetrics
import HelioNode
import Testing

@testable import HelioDaemon

/// The series exist while the holder's own clock says that it holds the lease. Times are seconds.
struct InventoryMetricsTests {
    private let registry = Registry()
    private let clock = Locked(MonotonicTime(nanoseconds: 0))
    private let metrics: InventoryMetrics

    init() { metrics = InventoryMetrics(registry, now: { [clock] in clock.withLock { $0 } }) }

    private func at(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    private func series(at seconds: Int64) -> [String: String] {
        clock.withLock { $0 = at(seconds) }
        return registry.lines.filter { $0.key.hasPrefix("heliostat_database_") }
    }

    private let repositories = #"heliostat_database_rows{query_name="repositories"}"#
    private let refs = #"heliostat_database_rows{query_name="refs"}"#

    @Test func series_AreThere_FromTheFirstCountToTheDeadline() {
        #expect(series(at: 0).isEmpty)
        metrics.held(7, until: at(27))
        #expect(!series(at: 1).keys.contains { $0.hasPrefix("heliostat_database_rows") })
        metrics.show(5, of: .repositories, under: 7)
        metrics.show(0, of: .refs, under: 7)
        metrics.collected(in: .milliseconds(200))
        let lines = series(at: 26)
        #expect(lines[repositories] == "5.0" && lines[refs] == "0.0")
        #expect(lines.keys.count { $0.hasPrefix("heliostat_database_rows") } == 2)
        #expect(lines["heliostat_database_row_count_collection_duration_seconds_count"] == "1")
        #expect(lines[#"heliostat_database_row_count_collection_duration_seconds_bucket{le="0.1"}"#] == "0")
        #expect(lines[#"heliostat_database_row_count_collection_duration_seconds_bucket{le="0.5"}"#] == "1")
        #expect(lines[#"heliostat_database_row_count_collection_duration_seconds_bucket{le="60.0"}"#] == "1")
    }

    /// Nothing was told to the node, and nothing in it has run: whoever writes the document sees that the time is over.
    @Test func series_AreGone_OnceTheClockIsPastTheDeadline() {
        metrics.held(7, until: at(27))
        metrics.show(5, of: .repositories, under: 7)
        #expect(series(at: 27).isEmpty)
        #expect(!String(decoding: registry.render(.text, at: .now()), as: UTF8.self).contains("heliostat_database_"), "nor HELP and TYPE")
        metrics.held(7, until: at(40))
        #expect(series(at: 28)[repositories] == "5.0", "the lease went on, so what was counted under it holds")
    }

    @Test func series_AreGone_OnceTheLeaseIsLost() {
        metrics.held(7, until: at(27))
        metrics.show(5, of: .repositories, under: 7)
        metrics.lost(7)
        #expect(series(at: 1).isEmpty)
        metrics.show(5, of: .repositories, under: 7)
        #expect(series(at: 1).isEmpty, "what was still being counted")
    }

    @Test func anotherHolding_BeginsWithNothing() {
        metrics.held(7, until: at(27))
        metrics.show(5, of: .repositories, under: 7)
        metrics.held(8, until: at(60))
        metrics.lost(7)
        metrics.show(6, of: .refs, under: 7)
        let rows = series(at: 30).filter { $0.key.hasPrefix("heliostat_database_rows") }
        #expect(rows.isEmpty)
        metrics.show(9, of: .refs, under: 8)
        #expect(series(at: 30)[refs] == "9.0")
    }

    @Test func queryThatFailed_TakesItsOwnSeriesAway_AndNoOther() {
        metrics.held(7, until: at(27))
        metrics.show(5, of: .repositories, under: 7)
        metrics.show(6, of: .refs, under: 7)
        metrics.show(nil, of: .refs, under: 7)
        let lines = series(at: 1)
        #expect(lines[refs] == nil && lines[repositories] == "5.0")
    }
}
