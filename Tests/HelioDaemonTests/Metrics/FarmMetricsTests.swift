import HelioAPI
import HelioMetrics
import HelioNode
import Testing

@testable import HelioDaemon

/// Times are seconds; the node started at 100.
struct FarmMetricsTests {
    private func at(_ seconds: Int64) -> MonotonicTime { MonotonicTime(nanoseconds: seconds * 1_000_000_000) }

    private func viewAge(startedAt: Int64?, readAt: Int64?, at now: Int64) -> String? {
        let registry = Registry()
        let metrics = FarmMetrics(registry, startedAt: startedAt.map(at))
        metrics.update(FarmPicture(readAt: readAt.map(at), coordinator: startedAt == nil ? "standalone" : "redis"), at: at(now))
        return registry.lines["heliostat_farm_view_age_seconds"]
    }

    @Test func viewAge_CountsFromTheLastReading() {
        #expect(viewAge(startedAt: 100, readAt: 150, at: 157) == "7.0")
        #expect(viewAge(startedAt: 100, readAt: 158, at: 157) == "0.0", "read meanwhile")
    }

    /// An outage of Redis that a restart falls into is an outage still, and its alert asks for a number.
    @Test func viewAge_CountsFromTheStart_BeforeTheFirstReading() {
        #expect(viewAge(startedAt: 100, readAt: nil, at: 175) == "75.0")
    }

    @Test func viewAge_IsNoNumber_ForANodeByItself() {
        #expect(viewAge(startedAt: nil, readAt: nil, at: 175) == "NaN")
    }
}
