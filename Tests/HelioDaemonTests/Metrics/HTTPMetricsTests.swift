import HelioHTTP
import HelioMetrics
import TestSupport
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

    /// What clients are told to expect is there from the start. Nobody knows the route of a target that is too long.
    @Test func describedCodes_AreThereFromTheStart() throws {
        var described: [(path: String, code: String)] = []
        for line in try ProjectFile.text("conf/openapi.yaml").split(separator: "\n") {
            if let path = line.wholeMatch(of: #/^ {2}(/\S*):/#)?.output.1 { described.append((String(path), "405")) }
            if let code = line.prefixMatch(of: #/^ {8}"(\d{3})":/#)?.output.1, let path = described.last?.path {
                described.append((path, String(code)))
            }
        }
        #expect(described.count > 60)
        expect(described.filter { !["411", "414"].contains($0.code) })
    }

    /// What takes many at once, or a client that stops in the middle.
    @Test func rareCodes_AreThereFromTheStart() {
        let support = "/rest/mirroring/latest/supportInfo"
        expect([
            ("/jolokia", "408"), ("/jolokia", "503"), ("/jolokia/{...}", "503"), ("/notify", "408"), ("/notify", "429"),
            ("/admin/sync", "408"), (support + "/repoSyncStatus", "503"), (support + "/refChangesQueue", "503"),
            ("none", "431"), ("none", "503"),
        ])
    }

    private func expect(_ codes: [(path: String, code: String)]) {
        _ = HTTPMetrics(registry, routes: Set(codes.map { $0.path }).subtracting(["none"]).sorted())
        let lines = registry.lines
        for (path, code) in codes {
            #expect(lines[#"heliostat_http_requests_total{route="\#(path)",code="\#(code)"}"#] == "0", "\(path) \(code)")
        }
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
