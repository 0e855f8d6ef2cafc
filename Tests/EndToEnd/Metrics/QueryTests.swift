import Foundation
import TestSupport
import Testing

extension Metrics {
    /// Every query that we ship or print, on a real Prometheus that scrapes a real node.
    @Suite struct Queries {
        /// Queries of the documentation whose result is rightly without a number here.
        private static let silent = [
            "time() - heliostat_sync_running_since_timestamp_seconds": "no run is open when it is asked",
            "time() - heliostat_sync_running_since_timestamp_seconds > 1800": "no run of this test takes half an hour",
        ]

        private static let job = "heliostat"

        @Test func everyQuery_RunsOnRealSeries() async throws {
            // Three more passes at least between two scrapes, one of them with a failure, and a request from outside.
            let scene = try Scene(["P/r0", "P/r1", "Q/r2"])
            let receiver = try RawReceiver { _ in RawReceiver.answer("200 OK") }
            try scene.configure(
                webhooks: ["{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\" }"],
                extra: "sync: { interval: 1s }\ndatabase: { metrics: { enabled: true } }")
            try await scene.synchronized()
            let rules = ProjectFile.path("conf/rules.yml")
            let prometheus = try await PrometheusServer(
                in: scene.directory.path, scraping: [.init(job: Self.job, port: scene.node.port)], rules: [rules])
            try await eventually(within: 30, "a scrape before anything happens") { try prometheus.value("up") == 1 }
            for number in 0..<3 {
                try scene.upstream.commit("P/r0", message: "push \(number)")
                try scene.node.notify("P/r0")
                try await scene.arrives("P/r0")
            }
            try await expectRules(prometheus)
            for query in try QueryText.dashboard() { try await expect(query.substituting(job: Self.job), prometheus, number: false) }
            for query in try QueryText.documentation() {
                try await expect(query, prometheus, number: Self.silent[query.expression] == nil)
            }
            let printed = Set(try QueryText.documentation().map(\.expression))
            #expect(Set(Self.silent.keys).subtracting(printed).isEmpty, "exceptions that stand nowhere any more")
        }

        private func expectRules(_ prometheus: PrometheusServer) async throws {
            try await eventually(within: 30, "every rule has been evaluated over some scrapes") {
                try prometheus.value("count_over_time(up[1h])") ?? 0 >= 5 && prometheus.rules().allSatisfy { $0.health != "unknown" }
            }
            let rules = try prometheus.rules()
            #expect(rules.count > 30)
            for rule in rules {
                #expect(rule.health == "ok", "\(rule.name): \(rule.lastError ?? "")")
                // They are gone with `metrics.jmx_parity: false`, and quantiles with a quiet quarter of an hour.
                #expect(!rule.query.contains("heliostat_timer_"), "\(rule.name) rests on a timer")
                try await expect(QueryText(place: rule.name, expression: rule.query), prometheus, number: false)
                if !rule.isAlert { #expect(try prometheus.names().contains(rule.name), "\(rule.name) has no value") }
            }
            let noise = try prometheus.query("ALERTS{alertstate=\"firing\"}").map { $0.labels["alertname"] ?? "" }
            #expect(noise == [], "a sound node raises no alert")
        }

        /// - Parameter number: whether the result must hold one that is not NaN.
        private func expect(_ query: QueryText, _ prometheus: PrometheusServer, number: Bool) async throws {
            var found: [PrometheusSample] = []
            do {
                found = try prometheus.query(query.expression)
                if number {
                    try await eventually(within: 20, "a number from: \(query.expression)") {
                        found = try prometheus.query(query.expression)
                        return found.contains { !$0.value.isNaN }
                    }
                }
            } catch {
                Issue.record("\(query.place): \(error)")
            }
            let metrics = query.metrics
            #expect(!metrics.isEmpty, "no metric in: \(query.expression)")
            // Prometheus makes ALERTS itself, and only while one is pending.
            let missing = metrics.subtracting(try prometheus.names()).subtracting(["ALERTS"])
            #expect(missing == [], "\(query.place) asks for series that do not exist: \(query.expression)")
            // A misspelt label or value is no error, only an empty panel and an alert that never comes. Over a minute, since a
            // single scrape may be late on a machine that has much to do.
            for selector in query.selectors where !selector.hasPrefix("ALERTS") {
                let selected = try prometheus.query("last_over_time(\(selector)[1m])")
                #expect(!selected.isEmpty, "\(query.place) selects nothing by \(selector)")
            }
        }

        @Test func namesOfMetrics_AreFoundInAnExpression() {
            let text = """
                histogram_quantile(0.95, sum by (le, job) (rate(a_bucket{x="b{c}", y=~"d|e"}[1h]))) > 6 * 3600
                or on (f) group_left (g) h:i:j unless ignoring (k) avg without (l) (m offset 5m) and time() - (n > 0) # o
                """
            #expect(QueryText(place: "", expression: text).metrics == ["a_bucket", "h:i:j", "m", "n"])
            #expect(QueryText(place: "", expression: text).selectors == [#"a_bucket{x="b{c}", y=~"d|e"}"#])
        }

        /// What Grafana would refuse or show empty without an error.
        @Test func dashboard_IsWellFormed() throws {
            let text = try ProjectFile.text("conf/grafana-dashboard.json")
            let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
            let panels = try #require(json["panels"] as? [[String: Any]])
            #expect(Set(panels.compactMap { $0["id"] as? Int }).count == panels.count, "every id once")
            for panel in panels where panel["type"] as? String != "row" {
                let title = panel["title"] as? String ?? ""
                let place = try #require(panel["gridPos"] as? [String: Int])
                #expect((place["x"] ?? 24) + (place["w"] ?? 24) <= 24, "\(title) is wider than the page")
                #expect((panel["datasource"] as? [String: String])?["uid"] == "${datasource}", "\(title)")
                let defaults = (panel["fieldConfig"] as? [String: Any])?["defaults"] as? [String: Any]
                #expect((defaults?["unit"] as? String)?.isEmpty == false, "\(title) has no unit")
                for target in panel["targets"] as? [[String: Any]] ?? [] {
                    let expression = target["expr"] as? String ?? ""
                    #expect(expression.contains("job=~\"$job\"") && expression.contains("$instance"), "\(title): \(expression)")
                }
            }
            let variables = (json["templating"] as? [String: Any])?["list"] as? [[String: Any]] ?? []
            #expect(variables.compactMap { $0["name"] as? String } == ["datasource", "job", "instance"])
        }
    }
}
