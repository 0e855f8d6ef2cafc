import Foundation
import TestSupport
import Testing

extension Peers {
    /// What real balancers and probes make of real nodes.
    @Suite struct Balancers {}
}

/// A real HAProxy with the configuration that is shipped, its addresses exchanged for those of a test.
struct HAProxy {
    struct Server {
        /// As `show servers state` has it: 0 stopped, 1 starting, 2 running, 3 soft-stopping (drained by its health check).
        let operation: Int
        /// A set of bits: 1 maintenance, 8 drain, among others.
        let administration: Int
        let weight: Int

        var isUp: Bool { operation == 2 && administration == 0 }
    }

    let port: Int
    private let adminPort: Int
    private let process: ServerProcess

    /// - Parameters:
    ///   - agents: the ports of the nodes' agents; nil for nodes without.
    ///   - change: made to the shipped text before it is used.
    init(in directory: String, before nodes: [NodeFixture], agents: [Int]?, change: (String) -> String = { $0 }) async throws {
        let ports = try (0..<3).map { _ in try NodeFixture.freePort() }
        (port, adminPort) = (ports[0], ports[1])
        var text = change(try ProjectFile.text("conf/haproxy.cfg"))
        func replace(_ shipped: String, _ own: String) throws {
            try #require(text.contains(shipped), "conf/haproxy.cfg has no \(shipped) any more")
            text = text.replacingOccurrences(of: shipped, with: own)
        }
        try replace("/run/haproxy/admin.sock mode 660", "ipv4@127.0.0.1:\(ports[1])")
        // The test may not be root's, and has no syslog.
        for line in ["log /dev/log local0", "user haproxy", "group haproxy", "chroot /var/lib/haproxy"] { try replace("    \(line)\n", "") }
        try replace("bind :7990", "bind 127.0.0.1:\(ports[0])")
        try replace("bind :80", "bind 127.0.0.1:\(ports[2])")
        if agents == nil { try replace(" agent-check agent-port 7991 agent-inter 2s", "") }
        for (index, node) in nodes.enumerated() {
            let agent = agents.map { " agent-port \($0[index])" } ?? ""
            try replace("10.0.0.1\(index + 1):7990", "127.0.0.1:\(node.port)\(agent)")
            try replace("10.0.0.1\(index + 1):80", "127.0.0.1:\(node.port) port \(node.port)")
        }
        let path = directory + "/haproxy.cfg"
        try text.write(toFile: path, atomically: true, encoding: .utf8)
        try Shell().run("haproxy", "-c", "-f", path)
        process = try ServerProcess(["haproxy", "-db", "-f", path])
        let (admin, front) = (adminPort, port)
        try await eventually("HAProxy listens") { canConnect(to: admin) && canConnect(to: front) }
    }

    /// How many requests a backend was given.
    func requests(_ backend: String = "nodes") throws -> Int {
        let rows = try ask("show stat \(backend) 2 -1").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
        let column = rows.first?.firstIndex(of: "req_tot")
        return try #require(column.flatMap { rows.count > 1 ? Int(rows[1][$0]) : nil }, "show stat has no such count")
    }

    private func ask(_ command: String) throws -> [Substring] {
        let client = try RawClient(port: adminPort)
        try client.send(command + "\n")
        return String(decoding: try client.receiveAll(), as: UTF8.self).split(separator: "\n")
    }

    /// The servers of a backend, by name.
    func servers(_ backend: String = "nodes") throws -> [String: Server] {
        var servers: [String: Server] = [:]
        for line in try ask("show servers state \(backend)") where !line.hasPrefix("#") {
            let words = line.split(separator: " ")
            guard words.count > 8, let operation = Int(words[5]), let bits = Int(words[6]), let weight = Int(words[7]) else { continue }
            servers[String(words[3])] = Server(operation: operation, administration: bits, weight: weight)
        }
        return servers
    }

    func waitUntil(_ name: String, within seconds: Double = 20, _ what: String, _ condition: (Server) -> Bool) async throws {
        try await eventually(within: seconds, "\(name) \(what)") { try servers()[name].map(condition) ?? false }
    }
}
