import HelioMetrics
import TestSupport
import Testing

/// Families whose series come and go.
struct PassingTests {
    private let registry = Registry()
    /// What the registry is to find; NaN for nothing.
    private let values: [Status: Gauge] = [.success: Gauge(), .fail: Gauge()]
    private let presence = Gauge()
    private let histogram: Histogram

    init() {
        registry.passingGauges("x_rows", "Rows.", by: "status", of: Status.self) { [values] in
            values.mapValues(\.value).filter { !$0.value.isNaN }
        }
        histogram = registry.passingHistogram("x_seconds", "X.", buckets: [1]) { [presence] in presence.value == 1 }
        show([:])
    }

    private func show(_ shown: [Status: Double]) {
        for (status, gauge) in values { gauge.set(shown[status] ?? .nan) }
    }

    private func render(_ format: ExpositionFormat = .text) -> String { String(decoding: registry.render(format, at: .at(0)), as: UTF8.self) }

    @Test func family_IsNotThere_WithoutSeries() {
        #expect(render() == "")
        #expect(render(.openMetrics) == "# EOF\n")
    }

    @Test func series_AreThose_ThatAreThereNow() {
        show([.fail: 2, .success: 1])
        #expect(render() == "# HELP x_rows Rows.\n# TYPE x_rows gauge\nx_rows{status=\"success\"} 1.0\nx_rows{status=\"fail\"} 2.0\n")
        show([.fail: 3])
        #expect(render() == "# HELP x_rows Rows.\n# TYPE x_rows gauge\nx_rows{status=\"fail\"} 3.0\n")
        #expect(render(.openMetrics) == "# TYPE x_rows gauge\n# HELP x_rows Rows.\nx_rows{status=\"fail\"} 3.0\n# EOF\n")
        show([:])
        #expect(render() == "")
    }

    @Test func histogram_GoesOnCounting_WhileItIsNotThere() {
        histogram.observe(seconds: 0.5)
        #expect(!render().contains("x_seconds"))
        presence.set(1)
        #expect(render().contains("# TYPE x_seconds histogram\nx_seconds_bucket{le=\"1.0\"} 1\n"))
        presence.set(0)
        histogram.observe(seconds: 0.5)
        presence.set(1)
        #expect(render().contains("x_seconds_count 2\n"))
    }

    @Test(arguments: [ExpositionFormat.text, .openMetrics], [false, true])
    func document_BreaksNoRule(_ format: ExpositionFormat, isThere: Bool) {
        _ = registry.gauge("y", "Y.")
        presence.set(isThere ? 1 : 0)
        show(isThere ? [.fail: 3] : [:])
        let problems = ExpositionChecker.problems(in: registry.render(format, at: .at(0)), as: format == .text ? .text : .openMetrics)
        #expect(problems.isEmpty, "\(problems)")
    }

    @Test func name_IsTakenOnce_EvenIfNothingIsThere() async {
        await #expect(processExitsWith: .failure) {
            let registry = Registry()
            registry.passingGauges("x", "X.", by: "status", of: Status.self) { [:] }
            _ = registry.gauge("x", "X.")
        }
    }
}
