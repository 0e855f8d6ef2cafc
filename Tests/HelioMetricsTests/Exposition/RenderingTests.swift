import HelioMetrics
import TestSupport
import Testing

enum Status: String, CaseIterable { case success, fail }
enum Trigger: String, CaseIterable { case run, notify, vet }

/// What a registry tells, to the letter.
struct RenderingTests {
    private let registry = Registry()

    private func render(_ format: ExpositionFormat, at seconds: Double = 0) -> String {
        String(decoding: registry.render(format, at: .at(seconds)), as: UTF8.self)
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

    @Test func info_IsAGaugeOnlyInText() {
        registry.info("x_build_info", "Build.", labels: [("version", "0.1.0"), ("commit", "a\"b\\c\nd")])
        let sample = #"x_build_info{version="0.1.0",commit="a\"b\\c\nd"} 1"#
        #expect(render(.text) == "# HELP x_build_info Build.\n# TYPE x_build_info gauge\n\(sample)\n")
        #expect(render(.openMetrics) == "# TYPE x_build info\n# HELP x_build Build.\n\(sample)\n# EOF\n")
    }

    @Test func unit_IsNamedWhereTheFamilyEndsInIt() {
        registry.foreignCounter("process_cpu_seconds_total", "CPU.").set(1.5)
        _ = registry.gauge("x_timestamp_seconds", "T.")
        _ = registry.gauge("x_open_fds", "F.")
        let lines = render(.openMetrics).split(separator: "\n")
        #expect(
            lines.filter { $0.hasPrefix("# UNIT") } == [
                "# UNIT process_cpu_seconds seconds", "# UNIT x_timestamp_seconds seconds",
            ])
        #expect(lines.contains("process_cpu_seconds_total 1.5"))
        #expect(!render(.text).contains("# UNIT"))
    }

    @Test func help_EscapesWhatItsFormatAsksFor() {
        _ = registry.gauge("x", "A \"quoted\" back\\slash\nand a second line.")
        #expect(render(.text).hasPrefix(#"# HELP x A "quoted" back\\slash\nand a second line."#))
        #expect(render(.openMetrics).contains(#"# HELP x A \"quoted\" back\\slash\nand a second line."#))
    }

    @Test func histogram_IsAddedUpWhenItIsRead() {
        let histograms = registry.histograms("x_seconds", "X.", by: "status", of: Status.self, buckets: [0.5, 1, 1e6])
        for seconds in [0.25, 0.5, 0.75, 2e6] { histograms[.success].observe(seconds: seconds) }
        #expect(
            render(.text).split(separator: "\n").dropFirst(2).prefix(6) == [
                #"x_seconds_bucket{status="success",le="0.5"} 2"#, #"x_seconds_bucket{status="success",le="1.0"} 3"#,
                #"x_seconds_bucket{status="success",le="1e+06"} 3"#, #"x_seconds_bucket{status="success",le="+Inf"} 4"#,
                #"x_seconds_sum{status="success"} 2.0000015e+06"#, #"x_seconds_count{status="success"} 4"#,
            ])
    }

    @Test func pairs_StandInTheOrderOfTheirCases() {
        let gauges = registry.gauges("x", "X.", by: ("status", "trigger"), of: Status.self, Trigger.self)
        for (index, (status, trigger)) in Status.allCases.flatMap({ a in Trigger.allCases.map { (a, $0) } }).enumerated() {
            gauges[status, trigger].set(Double(index))
        }
        #expect(
            render(.text).split(separator: "\n").dropFirst(2).map { $0.suffix(3) } == ["0.0", "1.0", "2.0", "3.0", "4.0", "5.0"])
        #expect(render(.text).contains(#"x{status="fail",trigger="notify"} 4.0"#))
    }

    @Test func openCounters_AreBounded() {
        let counters = registry.counters("x_total", "X.", by: ["route", "code"], limit: 2)
        #expect(counters.child(["/a", "200"]) != nil)
        #expect(counters.child(["/b", "200"]) != nil)
        #expect(counters.child(["/c", "200"]) == nil)
        counters.child(["/a", "200"])?.add(7)
        #expect(render(.text).contains(#"x_total{route="/a",code="200"} 7"#))
    }
}
