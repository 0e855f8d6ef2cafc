import Foundation
import TestSupport
import Testing

extension Metrics {
    /// What Prometheus' own checker says about what we ship and what we serve.
    @Suite struct Promtool {
        private func promtool(_ words: String..., input: String? = nil) throws -> Shell.Ended {
            try Shell(directory: ProjectFile.top.path).attempt(["promtool"] + words, input: input)
        }

        @Test func exposition_PassesTheLinter_WithoutAWord() async throws {
            let scene = try Scene(["P/r", "P/bad"], extra: "sync: { interval: 1s, attempts: 1 }\ndatabase: { metrics: { enabled: true } }")
            try scene.script("rm \"$GIT_DIR/HEAD\"", in: "P/bad")
            try await scene.synchronized()
            try await eventually("rows are counted") { try !scene.node.rows().isEmpty }
            let text = try ExpositionAnswer(scene.node, accept: "text/plain").body
            let ended = try promtool("check", "metrics", input: text)
            #expect(ended.status == 0 && ended.output == "" && ended.errors == "", "\(ended.output)\(ended.errors)")
        }

        @Test func configurationAndRules_AreValid() throws {
            for words in [["check", "config", "conf/prometheus.yml"], ["check", "rules", "conf/rules.yml"]] {
                let ended = try Shell(directory: ProjectFile.top.path).attempt(["promtool"] + words)
                #expect(ended.status == 0 && ended.output.contains("SUCCESS"), "\(ended.output)\(ended.errors)")
            }
        }

        @Test func everyRule_DoesWhatItsCaseSays() throws {
            let ended = try promtool("test", "rules", "conf/rules.test.yml")
            #expect(ended.status == 0, "\(ended.output)\(ended.errors)")
        }

        /// A case that expects it, and one in which it must be silent.
        @Test func everyRule_HasItsCases() throws {
            let rules = try ProjectFile.text("conf/rules.yml")
            let cases = try ProjectFile.text("conf/rules.test.yml")
            let alerts = rules.matches(of: #/- alert: (\w+)/#).map { String($0.output.1) }
            #expect(alerts.count > 20)
            for alert in alerts {
                let asked = "- expr: 'ALERTS{alertname=\"\(alert)\",alertstate=\"firing\"}'"
                #expect(cases.contains(asked), "\(alert) fires in no case")
                #expect(cases.contains(asked.replacing("- expr", with: "- { expr") + ", eval_time: "), "\(alert) is silent in no case")
            }
            for record in rules.matches(of: #/- record: (\S+)/#) {
                #expect(cases.contains("- expr: '\(record.output.1)'"), "\(record.output.1) has no value in a case")
            }
        }

        /// A text that names a label which the alert does not have would be empty there.
        @Test func everyText_UsesOnlyLabelsThatItsAlertHas() throws {
            let cases = try ProjectFile.text("conf/rules.test.yml")
            for block in try ProjectFile.text("conf/rules.yml").components(separatedBy: "- alert: ").dropFirst() {
                let name = String(block.prefix { !$0.isWhitespace })
                let labels = block.matches(of: #/\$labels\.(\w+)/#).map { String($0.output.1) }
                let fired = cases.split(separator: "\n").filter { $0.contains("labels: 'ALERTS{alertname=\"\(name)\"") }
                for label in labels { #expect(fired.allSatisfy { $0.contains("\(label)=\"") }, "\(name): \(label)") }
                for text in ["severity: ", "summary: ", "description: "] { #expect(block.contains(text), "\(name) has no \(text)") }
            }
        }
    }
}
