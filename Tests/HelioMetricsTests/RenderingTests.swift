import HelioMetrics
import Testing

enum Status: String, CaseIterable { case success, fail }
enum Trigger: String, CaseIterable { case run, notify, vet }

struct RenderingTests {
    private let registry = Registry()

    private func render(_ format: ExpositionFormat) -> String {
        String(decoding: registry.render(format, at: Tick(nanoseconds: 0)), as: UTF8.self)
    }

    @Test func counter_LosesItsEndingInOpenMetricsMetadataOnly() {
        let counters = registry.counters("x_runs_total", "Runs.", by: "status", of: Status.self)
        counters[.fail].add(3)
        #expect(
            render(.text) == """
                # HELP x_runs_total Runs.
                # TYPE x_runs_total counter
                x_runs_total{status="success"} 0
                x_runs_total{status="fail"} 3

                """)
        #expect(
            render(.openMetrics) == """
                # TYPE x_runs counter
                # HELP x_runs Runs.
                x_runs_total{status="success"} 0
                x_runs_total{status="fail"} 3
                # EOF

                """)
    }
}
