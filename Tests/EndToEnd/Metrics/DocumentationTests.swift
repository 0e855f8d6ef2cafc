import Foundation
import TestSupport
import Testing

extension Metrics {
    /// The page "Metrics" against what a node exports.
    @Suite struct Documentation {
        @Test func page_NamesEveryFamilyAndNoOther_WithItsTypeAndLabels() async throws {
            let scene = try Scene(extra: "sync: { interval: 1h }\ndatabase: { metrics: { enabled: true, interval: 1s } }")
            try await scene.synchronized()
            // They come with the lease and the first count; all others are there from the first scrape on.
            try await eventually("everything is counted") { try scene.node.rows().count == 7 }
            let exposed = try scene.node.metrics()
            let page = try MetricsPage().families
            #expect(page.count > 40)
            #expect(Set(page.map(\.name)).count == page.count, "a family stands there twice")
            #expect(Set(exposed.types.keys).subtracting(page.map(\.name)).sorted() == [], "exported and not on the page")
            #expect(Set(page.map(\.name)).subtracting(exposed.types.keys).sorted() == [], "on the page and not exported")
            let samples = Dictionary(grouping: exposed.samples) { exposed.family(of: $0) ?? "" }
            for family in page { expect(family, samples[family.name] ?? [], type: exposed.types[family.name]) }
        }

        private func expect(_ family: MetricsPage.Family, _ samples: [Exposition.Sample], type: String?) {
            #expect(type == family.type, "\(family.name)")
            var values: [String: Set<String>] = [:]
            for (label, value) in samples.flatMap(\.labels) where label != "le" { values[label, default: []].insert(value) }
            #expect(Set(values.keys) == Set(family.labels.keys), "labels of \(family.name)")
            for case (let label, let listed?) in family.labels {
                #expect(values[label] == listed, "values of \(label) of \(family.name)")
            }
        }

        @Test func everyTimer_HasItsRow() async throws {
            let scene = try Scene(extra: "sync: { interval: 1h }")
            try await scene.synchronized()
            let rows = try ProjectFile.text(MetricsPage.path).matches(of: #/`category\S+` \| `(\S+)` \| ([a-z, ]+) \|/#)
            let documented = rows.flatMap { row in row.output.2.components(separatedBy: ", ").map { "\(row.output.1) \($0)" } }
            let exported = try scene.node.metrics().matching("heliostat_timer_seconds_count").map {
                "\($0.labels["timer"] ?? "") \($0.labels["outcome"] ?? "")"
            }
            #expect(documented.sorted() == exported.sorted())
        }

        @Test func page_IsLinked() throws {
            #expect(try ProjectFile.text("Sources/HelioDaemon/Documentation.docc/HelioDaemon.md").contains("- [Metrics](Metrics.md)"))
        }
    }
}
