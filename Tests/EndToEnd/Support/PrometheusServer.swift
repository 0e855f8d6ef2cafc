import Foundation
import TestSupport

/// A real Prometheus with its own configuration and data, on a free port.
final class PrometheusServer: Sendable {
    struct Target: Sendable {
        let job: String
        let port: Int
    }

    struct Refused: Error, CustomStringConvertible {
        let description: String
    }

    let port: Int
    private let home: String
    private let process: ServerProcess

    /// - Parameters:
    ///   - features: as `--enable-feature` takes them.
    ///   - rules: files that it evaluates every second.
    init(in directory: String, scraping targets: [Target], features: [String] = [], rules: [String] = []) async throws {
        home = directory + "/prometheus-" + UUID().uuidString
        port = try NodeFixture.freePort()
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        try Self.configuration(targets, rules).write(toFile: home + "/prometheus.yml", atomically: false, encoding: .utf8)
        let words = [
            "prometheus", "--config.file=\(home)/prometheus.yml", "--storage.tsdb.path=\(home)/data",
            "--web.listen-address=127.0.0.1:\(port)", "--log.level=debug",
        ]
        process = try ServerProcess(words + features.map { "--enable-feature=\($0)" }, log: home + "/log")
        // A machine that also builds may take its time to start it.
        try await eventually(within: 30, "Prometheus is ready; its log:\n\(log.suffix(2000))") {
            // Not listening yet.
            (try? HTTPCall(base + "/-/ready").status) == 200
        }
    }

    private static func configuration(_ targets: [Target], _ rules: [String]) -> String {
        let jobs = targets.map { target in
            """
              - job_name: \(target.job)
                static_configs: [{ targets: ["127.0.0.1:\(target.port)"] }]
            """
        }
        return """
            global: { scrape_interval: 2s, scrape_timeout: 2s, evaluation_interval: 1s }
            rule_files: [\(rules.map { "\"\($0)\"" }.joined(separator: ", "))]
            scrape_configs:
            \(jobs.joined(separator: "\n"))

            """
    }

    private var base: String { "http://127.0.0.1:\(port)" }

    var log: String { (try? String(contentsOfFile: home + "/log", encoding: .utf8)) ?? "" }  // nothing said yet

    /// Lines in which it says that something is wrong with what it was given, or with itself. That an answer was late says nothing of
    /// the answer.
    var complaints: [Substring] {
        log.split(separator: "\n").filter { !$0.contains("context deadline exceeded") }.filter { line in
            ["level=warn", "level=error", "scrape failed", "append failed", "out-of-order", "out of order", "duplicate"]
                .contains { line.lowercased().contains($0) }
        }
    }

    // MARK: Asking

    /// An instant query.
    /// - Throws: `Refused` with Prometheus' own words.
    func query(_ expression: String) throws -> [PrometheusSample] {
        let answer = try ask("/api/v1/query", ["query": expression])
        guard let data = answer as? [String: Any] else { return [] }
        if data["resultType"] as? String == "scalar" {
            return [PrometheusSample(labels: [:], point: data["result"])].compactMap(\.self)
        }
        return (data["result"] as? [[String: Any]] ?? []).compactMap {
            PrometheusSample(labels: $0["metric"] as? [String: String] ?? [:], point: $0["value"])
        }
    }

    /// The first value of an instant query, nil when there is none.
    func value(_ expression: String) throws -> Double? { try query(expression).first?.value }

    /// Names that some series of the last hour has.
    func names() throws -> Set<String> { Set(try ask("/api/v1/label/__name__/values") as? [String] ?? []) }

    /// The unit that a family was scraped with from the target of a job: OpenMetrics tells it, the text format cannot.
    func unit(of family: String, job: String) throws -> String? {
        let parameters = ["metric": family, "match_target": "{job=\"\(job)\"}"]
        return (try ask("/api/v1/targets/metadata", parameters) as? [[String: Any]])?.first?["unit"] as? String
    }

    /// Every rule that it has loaded.
    func rules() throws -> [PrometheusRule] {
        let groups = (try ask("/api/v1/rules") as? [String: Any])?["groups"] as? [[String: Any]] ?? []
        return groups.flatMap { $0["rules"] as? [[String: Any]] ?? [] }.compactMap(PrometheusRule.init)
    }

    private func ask(_ path: String, _ parameters: [String: String] = [:]) throws -> Any {
        let pairs = parameters.map { $0 + "=" + ($1.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? "") }
        let json = try HTTPCall(base + path + (pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&"))).json()
        guard json["status"] as? String == "success", let data = json["data"] else {
            throw Refused(description: "\(parameters): \(json["error"] ?? json)")
        }
        return data
    }
}

struct PrometheusSample {
    let labels: [String: String]
    let value: Double

    /// - Parameter point: `[moment, "value"]`.
    fileprivate init?(labels: [String: String], point: Any?) {
        guard let pair = point as? [Any], let text = pair.last as? String, let value = Double(text) else { return nil }
        self.labels = labels
        self.value = value
    }
}

struct PrometheusRule {
    let name: String
    let query: String
    let isAlert: Bool
    let health: String
    let lastError: String?

    fileprivate init?(_ json: [String: Any]) {
        guard let name = json["name"] as? String, let query = json["query"] as? String else { return nil }
        self.name = name
        self.query = query
        isAlert = json["type"] as? String == "alerting"
        health = json["health"] as? String ?? ""
        lastError = json["lastError"] as? String
    }
}

/// nginx before a node that puts its own `Accept` in place of the scraper's: Prometheus 2.42 has no setting for the format.
final class AcceptProxy: Sendable {
    let port: Int
    private let process: ServerProcess

    init(in directory: String, to node: Int, accept: String) async throws {
        port = try NodeFixture.freePort()
        let home = directory + "/accept-proxy"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let text = """
            daemon off; master_process off; user root; pid \(home)/pid; error_log \(home)/error.log;
            events {}
            http {
              access_log off;
              client_body_temp_path \(home)/body; proxy_temp_path \(home)/proxy; fastcgi_temp_path \(home)/fastcgi;
              uwsgi_temp_path \(home)/uwsgi; scgi_temp_path \(home)/scgi;
              server {
                listen 127.0.0.1:\(port);
                location / { proxy_pass http://127.0.0.1:\(node); proxy_set_header Accept "\(accept)"; }
              }
            }
            """
        try text.write(toFile: home + "/nginx.conf", atomically: false, encoding: .utf8)
        process = try ServerProcess(["nginx", "-p", home, "-e", home + "/error.log", "-c", home + "/nginx.conf"])
        let port = port
        try await eventually("nginx listens") { canConnect(to: port) }
    }
}
