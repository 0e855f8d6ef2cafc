import Foundation
import TestSupport
import Testing

/// Metrics of real nodes. One after the other: each starts a node, and some of them a Prometheus.
@Suite(.serialized, .ownThreads) struct Metrics {}

extension Metrics {
    /// A real Prometheus scrapes a node that is synchronising all the time.
    @Suite struct Scraping {
        private static let ownSeries = 5  // up and four scrape_…, which Prometheus adds to every target

        @Test(arguments: [[], ["native-histograms"]])
        func prometheus_KeepsEverySample_InBothFormats(features: [String]) async throws {
            let scene = try Scene((0..<6).map { "P/r\($0)" }, extra: "sync: { interval: 1s }")
            try await scene.synchronized()
            let text = try await AcceptProxy(
                in: scene.directory.path, to: scene.node.port, accept: "text/plain;version=0.0.4")
            let jobs = ["openmetrics", "text"]
            let prometheus = try await PrometheusServer(
                in: scene.directory.path,
                scraping: [.init(job: jobs[0], port: scene.node.port), .init(job: jobs[1], port: text.port)], features: features)
            let pusher = Alongside { goesOn in
                var number = 0
                while goesOn() {
                    try scene.upstream.commit("P/r\(number % 6)", message: "push \(number)")
                    number += 1
                }
            }
            for job in jobs {
                try await eventually(within: 60, "five good scrapes of \(job); log:\n\(prometheus.log.suffix(2000))") {
                    try prometheus.value("sum_over_time(up{job=\"\(job)\"}[1h])") ?? 0 >= 5
                }
            }
            try await pusher.end()
            for job in jobs { try await expectWhole(job, prometheus, scene.node) }
            // Proof that one was OpenMetrics and the other was not: only there a unit can be told.
            #expect(try prometheus.unit(of: "heliostat_sync_duration_seconds", job: jobs[0]) == "seconds")
            #expect(try prometheus.unit(of: "heliostat_sync_duration_seconds", job: jobs[1]) == "")
            #expect(prometheus.complaints == [], "\(prometheus.complaints.joined(separator: "\n"))")
        }

        private func expectWhole(_ job: String, _ prometheus: PrometheusServer, _ node: NodeFixture) async throws {
            try await eventually("\(job) is up") { try prometheus.value("up{job=\"\(job)\"}") == 1 }
            try await eventually("as many samples of \(job) as we expose") {
                let ours = try Double(node.metrics().samples.count)
                return try prometheus.value("scrape_samples_scraped{job=\"\(job)\"}") == ours
            }
            // A sample that is there twice, or that was refused, makes fewer series than samples.
            let extra = "count({job=\"\(job)\"}) - on () scrape_samples_scraped{job=\"\(job)\"}"
            try await eventually("a series for each sample of \(job)") { try prometheus.value(extra) == Double(Self.ownSeries) }
            let kept = "scrape_samples_post_metric_relabeling{job=\"\(job)\"} - scrape_samples_scraped{job=\"\(job)\"}"
            #expect(try prometheus.value(kept) == 0)
        }

        @Test func answer_IsBelowOneMebibyte_InEveryFormat() async throws {
            let scene = try Scene(extra: "sync: { interval: 1h }")
            try await scene.synchronized()
            for format in ExpositionAnswer.formats {
                let answer = try ExpositionAnswer(scene.node, accept: format.accept)
                #expect(answer.contentType == format.contentType)
                #expect(answer.body.utf8.count <= 1 << 20)
                #expect(answer.body.utf8.count > 10_000)
            }
        }
    }
}

/// `/metrics` in a format that was asked for.
struct ExpositionAnswer {
    static let formats = [
        (dialect: ExpositionDialect.text, accept: "text/plain;version=0.0.4", contentType: "text/plain; version=0.0.4; charset=utf-8"),
        (.openMetrics, "application/openmetrics-text;version=1.0.0", "application/openmetrics-text; version=1.0.0; charset=utf-8"),
    ]

    let contentType: String?
    /// To the byte.
    let body: String

    init(_ node: NodeFixture, accept: String) throws {
        let path = node.directory + "/exposition-" + UUID().uuidString
        let words = ["curl", "-sS", "--fail", "--max-time", "20", "-o", path, "-w", "%{content_type}", "-H", "Accept: \(accept)"]
        contentType = try Shell().run(words + [node.base + "/metrics"])
        body = try String(contentsOfFile: path, encoding: .utf8)
    }
}
