import Foundation
import TestSupport
import Testing

/// A real nginx with the configuration that is shipped, its addresses exchanged for those of a test.
struct NginxBalancer {
    let port: Int
    private let process: ServerProcess

    init(in directory: String, before nodes: [NodeFixture]) async throws {
        port = try NodeFixture.freePort()
        var text = try ProjectFile.text("conf/nginx.conf").replacingOccurrences(of: "listen 8080", with: "listen 127.0.0.1:\(port)")
        for (index, node) in nodes.enumerated() {
            text = text.replacingOccurrences(of: "10.0.0.1\(index + 1):7990", with: "127.0.0.1:\(node.port)")
        }
        let home = directory + "/balancer"
        try FileManager.default.createDirectory(atPath: home, withIntermediateDirectories: true)
        let kinds = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map { "\($0)_temp_path \(home)/\($0);" }.joined(separator: " ")
        try """
            daemon off; user root; pid \(home)/pid; error_log \(home)/error.log;
            events {}
            http { \(kinds)
            \(text)
            }
            """.write(toFile: home + "/nginx.conf", atomically: true, encoding: .utf8)
        process = try ServerProcess(["nginx", "-p", home, "-e", home + "/error.log", "-c", home + "/nginx.conf"])
        let port = port
        try await eventually("nginx listens") { canConnect(to: port) }
    }
}
