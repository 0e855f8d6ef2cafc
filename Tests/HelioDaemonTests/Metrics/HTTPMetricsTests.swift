import HelioHTTP
import HelioMetrics
import Testing

@testable import HelioDaemon

struct HTTPMetricsTests {
    private let registry = Registry()

    private func exchange(_ route: Int?, _ status: Int, _ ending: Exchange.Ending = .answered) -> Exchange {
        Exchange(route: nil, routeIndex: route, method: .get, status: status, bytes: 0, duration: .zero, ending: ending)
    }

    @Test func requests_AreCounted_ByRouteAndCode() {
        let metrics = HTTPMetrics(registry, routes: ["/status", "/admin/runs/{}"])
        for _ in 0..<3 { metrics.record(exchange(0, 200)) }
        metrics.record(exchange(0, 503))
        metrics.record(exchange(1, 404))
        metrics.record(exchange(nil, 404, .refused(.notFound)))
        let lines = registry.lines
        #expect(lines[#"heliostat_http_requests_total{route="/status",code="200"}"#] == "3")
        #expect(lines[#"heliostat_http_requests_total{route="/status",code="503"}"#] == "1")
        #expect(lines[#"heliostat_http_requests_total{route="/admin/runs/{}",code="404"}"#] == "1")
        #expect(lines[#"heliostat_http_requests_total{route="none",code="404"}"#] == "1")
        #expect(lines[#"heliostat_http_requests_total{route="/admin/runs/{}",code="200"}"#] == "0")
        #expect(lines[#"heliostat_http_rejected_total{reason="not_found"}"#] == "1")
    }

    @Test func codeThatNobodyExpected_IsCountedToo() {
        let metrics = HTTPMetrics(registry, routes: ["/status"])
        let series = #"heliostat_http_requests_total{route="/status",code="418"}"#
        #expect(registry.lines[series] == nil)
        for _ in 0..<2 { metrics.record(exchange(0, 418)) }
        #expect(registry.lines[series] == "2")
    }

    @Test func cutConnection_IsARejection_AndNoRequest() {
        let metrics = HTTPMetrics(registry, routes: ["/status"])
        metrics.record(exchange(nil, 0, .cut(.idle)))
        metrics.record(exchange(nil, 0, .cut(.noDescriptors)))
        let lines = registry.lines
        #expect(lines[#"heliostat_http_rejected_total{reason="idle"}"#] == "1")
        #expect(lines[#"heliostat_http_rejected_total{reason="no_descriptors"}"#] == "1")
        #expect(lines.filter { $0.key.contains("requests_total") }.allSatisfy { $0.value == "0" })
    }

    @Test func everyReason_IsThereFromTheStart() {
        _ = HTTPMetrics(registry, routes: [])
        let reasons = Refusal.allCases.map(\.rawValue) + Exchange.Cut.allCases.map(\.rawValue)
        #expect(Set(reasons).count == reasons.count)
        for reason in reasons { #expect(registry.lines[#"heliostat_http_rejected_total{reason="\#(reason)"}"#] == "0") }
    }
}

extension Registry {
    /// What a scrape in the text format tells, by series.
    var lines: [String: String] {
        let text = String(decoding: render(.text, at: .now()), as: UTF8.self)
        let samples = text.split(separator: "\n").filter { !$0.hasPrefix("#") }.compactMap { line -> (String, String)? in
            line.lastIndex(of: " ").map { (String(line[..<$0]), String(line[line.index(after: $0)...])) }
        }
        return Dictionary(samples, uniquingKeysWith: { first, _ in first })
    }
}
