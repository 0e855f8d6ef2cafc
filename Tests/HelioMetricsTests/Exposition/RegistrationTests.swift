import HelioMetrics
import Testing

/// What is wrong with a name or a bucket is our own bug, and stops the program at its first start.
struct RegistrationTests {
    @Test func name_FitsItsType() async {
        await #expect(processExitsWith: .failure) { _ = Registry().counter("x", "X.") }
        await #expect(processExitsWith: .failure) { _ = Registry().gauge("x_total", "X.") }
        await #expect(processExitsWith: .failure) { _ = Registry().gauge("1x", "X.") }
        await #expect(processExitsWith: .failure) { _ = Registry().gauge("x-y", "X.") }
        await #expect(processExitsWith: .failure) { _ = Registry().histogram("x_count", "X.") }
    }

    @Test func name_IsTakenOnce() async {
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            _ = registry.gauge("x", "X.")
            _ = registry.histogram("x", "X.")
        }
        // Two in the text format, but one family in OpenMetrics.
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            _ = registry.gauge("x", "X.")
            _ = registry.counter("x_total", "X.")
        }
        await #expect(processExitsWith: .failure) { _ = Registry().gauge("heliostat_timer_mean_seconds", "X.") }
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            _ = registry.timer("farm.vet", at: .at(0))
            _ = registry.timer("farm.vet", at: .at(0))
        }
    }

    @Test func labelAndHelp_AreLegal() async {
        await #expect(processExitsWith: .failure) { _ = Registry().gauges("x", "X.", by: "le", of: Status.self) }
        await #expect(processExitsWith: .failure) { _ = Registry().gauges("x", "X.", by: ("a", "a"), of: Status.self, Trigger.self) }
        await #expect(processExitsWith: .failure) { _ = Registry().gauge("x", "") }
    }

    @Test func buckets_Rise() async {
        await #expect(processExitsWith: .failure) { _ = Histogram(buckets: []) }
        await #expect(processExitsWith: .failure) { _ = Histogram(buckets: [1, 1]) }
        await #expect(processExitsWith: .failure) { _ = Histogram(buckets: [1, .infinity]) }
    }
}
