import Foundation
import TestSupport
import Testing

extension Peers.Balancers {
    /// What asks for a node's health in real farms: Nagios's plugin, curl, Prometheus's blackbox exporter, a kubelet.
    @Suite struct Probes {
        private static let paths = ["/status", "/livez", "/readyz"]
        private static let methods = ["GET", "HEAD", "OPTIONS"]

        @Test(arguments: [503, 404]) func everyProbe_SeesWhatTheNodeIs(drainCode: Int) async throws {
            let scene = try Scene(extra: "status: { drain_code: \(drainCode) }")
            try await scene.synchronized()
            let exporter = try await BlackboxExporter(in: scene.directory.path)
            for path in Self.paths { try Self.expect(200, scene.node, path, exporter) }
            #expect(try scene.node.command("drain", "--keep", "--reason", "new disk").status == 0)
            try await eventually("it is drained") { try scene.node.get("/status").status == drainCode }
            for path in Self.paths { try Self.expect(path == "/livez" ? 200 : drainCode, scene.node, path, exporter) }
            // Drained it stays, whatever happens to it.
            scene.node.kill()
            try scene.node.start()
            try await scene.node.waitForState("SYNCHRONIZED")
            #expect(try scene.node.get("/status").status == drainCode)
            #expect(try scene.node.command("status").output.contains("new disk"))
            #expect(try scene.node.command("undrain").status == 0)
            try await eventually("it is back") { try scene.node.get("/status").status == 200 }
            #expect(try await scene.node.end() == 0)
            try await scene.synchronized()
            #expect(try scene.node.get("/status").status == 200)
        }

        private static func expect(_ code: Int, _ node: NodeFixture, _ path: String, _ exporter: BlackboxExporter) throws {
            let isGood = code == 200
            for method in methods {
                let word = method == "HEAD" ? ["-I"] : ["-X", method]
                let curl = try Shell().attempt(["curl", "-fsS", "-o", "/dev/null", "-w", "%{http_code}"] + word + [node.base + path])
                #expect(curl.status == (isGood ? 0 : 22) && curl.output == "\(code)", "curl -f \(method) \(path): \(curl)")
                let nagios = try Shell().attempt(
                    ["/usr/lib/nagios/plugins/check_http", "-H", "127.0.0.1", "-p", "\(node.port)", "-u", path, "-j", method, "-e", "200", "-t", "5"])
                #expect(nagios.status == (isGood ? 0 : 2), "check_http \(method) \(path): \(nagios)")
                #expect(try exporter.succeeds(node.base + path, method) == isGood, "blackbox \(method) \(path)")
            }
            // A kubelet takes 200 to 399 for good.
            let client = try RawClient(port: node.port)
            try client.send("GET \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: kube-probe/1.29\r\nAccept: */*\r\nConnection: close\r\n\r\n")
            #expect(RawAnswer(try client.receiveAll())?.code == code)
        }
    }
}

/// A real blackbox exporter.
private struct BlackboxExporter {
    private let port: Int
    private let process: ServerProcess

    init(in directory: String) async throws {
        port = try NodeFixture.freePort()
        let path = directory + "/blackbox.yml"
        let modules = ["GET", "HEAD", "OPTIONS"].map { "  \($0): { prober: http, timeout: 5s, http: { method: \($0) } }" }
        try (["modules:"] + modules).joined(separator: "\n").write(toFile: path, atomically: true, encoding: .utf8)
        process = try ServerProcess(["prometheus-blackbox-exporter", "--config.file=\(path)", "--web.listen-address=127.0.0.1:\(port)"])
        let port = port
        try await eventually("the exporter listens") { canConnect(to: port) }
    }

    func succeeds(_ url: String, _ method: String) throws -> Bool {
        try HTTPCall("http://127.0.0.1:\(port)/probe?module=\(method)&target=\(url)").body.contains("\nprobe_success 1")
    }
}
