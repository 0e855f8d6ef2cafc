import HelioMetrics
import HelioNode
import TestSupport
import Testing

@testable import HelioDaemon

struct NodeMetricsTests {
    private let metrics = NodeMetrics(NodeConfiguration.Metrics(), isAlone: true)

    @Test(arguments: [ExpositionFormat.text, .openMetrics]) func document_BreaksNoRule(_ format: ExpositionFormat) {
        _ = HTTPMetrics(metrics.registry, routes: ["/a/{}", "/b"])
        metrics.process.update()
        let document = metrics.registry.render(format, at: .now())
        let problems = ExpositionChecker.problems(in: document, as: format == .text ? .text : .openMetrics)
        #expect(problems.isEmpty, "\(problems.prefix(10))")
        #expect(document.count < 1 << 20)
    }

    /// The pairs of timer and outcome that the contract names, and no others.
    @Test func timers_AreThoseOfTheContract() {
        let farm = [
            "farm.synchronize.content.incremental", "farm.synchronize.content.snapshot", "farm.distribute-fetch.incremental",
            "farm.distribute-fetch.snapshot", "farm.vet", "farm.synchronize.metadata.all-projects",
            "farm.synchronize.metadata.single-project", "farm.synchronize.metadata.repository", "request.synchronize.cycle-time",
        ].map { "\($0) success" }
        let operations = ["fetch", "updateRef", "metadata", "delete", "vet"].flatMap { operation in
            ["success", "error"].map { "operation.local.\(operation) \($0)" }
                + ["success", "error", "timeout", "conflict"].map { "operation.distributed.\(operation) \($0)" }
        }
        let timers = metrics.registry.timers.map { "\($0.name) \($0.outcome)" }
        #expect(timers.count == Set(timers).count)
        #expect(Set(timers) == Set(farm + operations))
    }

    @Test func orphanedRun_IsCancelled_AndWhatItLostIsToo() {
        metrics.sync.runOrphaned(isFull: true, after: .seconds(42), lost: 5)
        metrics.sync.runOrphaned(isFull: false, after: .seconds(1), lost: 1)
        let lines = metrics.registry.lines
        #expect(lines[#"heliostat_sync_total{status="cancel"}"#] == "1")
        #expect(lines["heliostat_sync_duration_seconds_sum"] == "42.0")
        #expect(lines[#"heliostat_repository_sync_total{status="cancel",trigger="run"}"#] == "6")
    }

    @Test func jmxParity_AndIdle_CanBeChangedWhileTheNodeRuns() {
        let series = #"heliostat_timer_rate_per_second{timer="farm.vet",outcome="success",window="1m"}"#
        #expect(metrics.registry.lines[series] != nil)
        metrics.registry.configure(TimerOptions(NodeConfiguration.Metrics(idle: .zero, jmxParity: false)))
        #expect(metrics.registry.lines[series] == nil)
        metrics.timers.vetted(in: .seconds(1), failed: false)
        let quantile = #"heliostat_timer_seconds{timer="farm.vet",outcome="success",quantile="0.5"}"#
        #expect(metrics.registry.lines[quantile] == "NaN")
        #expect(metrics.registry.lines[#"heliostat_timer_seconds_count{timer="farm.vet",outcome="success"}"#] == "1")
    }

    @Test func vetThatLeftSomethingOpen_IsAnErrorOfItsPart_AndNoVetOfTheFarm() {
        metrics.timers.vetted(in: .seconds(1), failed: true)
        let lines = metrics.registry.lines
        #expect(lines[#"heliostat_timer_seconds_count{timer="farm.vet",outcome="success"}"#] == "0")
        #expect(lines[#"heliostat_timer_seconds_count{timer="operation.local.vet",outcome="error"}"#] == "1")
        #expect(lines[#"heliostat_timer_seconds_count{timer="operation.distributed.vet",outcome="error"}"#] == "1")
    }
}
