import HelioAPI
import HelioHTTP
import HelioLoop
import HelioMetrics
import HelioNode
import TestSupport
import Testing

@testable import HelioDaemon

/// Every route is asked, by all kinds of clients: what it answers was expected, and counted from the start.
struct RouteCodesTests {
    /// As bodies of orders, whichever of them a route takes.
    private static let bodies = ["", "{}", "x", #"{"repository":"A/x"}"#, #"{"reason":"disk"}"#, #"{"level":"loud"}"#]

    @Test(arguments: [(.starting, false), (.synchronized, false), (.synchronized, true), (.stopping, false)] as [(NodeState, Bool)])
    func answers_WereExpected(state: NodeState, isDrained: Bool) async throws {
        let registry = Registry()
        let router = Self.router(Self.snapshot(state, isDrained), registry)
        let metrics = HTTPMetrics(registry, routes: router.patterns)
        let before = Self.counts(in: registry)
        let loop = try EventLoop.start()
        defer { loop.stop() }
        let server = HTTPServer(loop: loop, router: router) { metrics.record($0) }
        guard case .tcp(_, let port) = try await server.listen(on: .tcp(host: "127.0.0.1", port: 0)) else { return }
        do { try await Self.askAll(router.patterns, at: port) } catch {
            await server.drain(within: .zero)
            throw error
        }
        await server.drain(within: .zero)
        let after = Self.counts(in: registry)
        let new = Set(after.keys).subtracting(before.keys).sorted()
        #expect(new.isEmpty, "\(new.joined(separator: "\n"))")
        for pattern in router.patterns {
            #expect(after.contains { $0.key.contains("\"\(pattern)\"") && $0.value != "0" }, "\(pattern) has answered nothing")
        }
    }

    private static func counts(in registry: Registry) -> [String: String] {
        registry.lines.filter { $0.key.hasPrefix("heliostat_http_requests_total{") }
    }

    // MARK: The node

    private static func snapshot(_ state: NodeState, _ isDrained: Bool) -> NodeSnapshot {
        var settings = NodeSettings()
        settings.drainCode = 404
        var snapshot = NodeMachine(settings: settings, seed: 1, now: SystemClock.now()).snapshot()
        snapshot.state = state
        snapshot.draining = isDrained ? "disk" : nil
        snapshot.farm = .alone
        snapshot.verdict = StatusVerdict(state: state, draining: isDrained, strict: false, farm: .alone, drainCode: settings.drainCode)
        return snapshot
    }

    private static func router(_ snapshot: NodeSnapshot, _ registry: Registry) -> Router {
        @Sendable func freshID() -> RunID {
            var random = SystemRandomNumberGenerator()
            return RunID(using: &random)
        }
        let commands = NodeCommands(
            now: { SystemClock.now() }, sync: { _, _ in freshID() }, vet: { freshID() }, drain: { _, _ in true }, undrain: { true }, notify: { _ in },
            setLogLevel: { _ in false })
        let routers = NodeRouters(
            board: NodeBoard(identity: NodeIdentity(NodeConfiguration()), snapshot: snapshot), commands: commands,
            tokens: { AccessTokens(read: "read", admin: "admin", notify: "notify") },
            metrics: MetricsSource(registry: registry, now: { Tick.now() }, refresh: {}))
        return routers.open
    }

    // MARK: Its clients

    private static func askAll(_ patterns: [String], at port: UInt16) async throws {
        for pattern in patterns {
            let path = pattern.replacing("{...}", with: "version").replacing("{key}", with: "K").replacing("{}", with: "1")
            try await withThrowingTaskGroup(of: Void.self) { group in
                for request in requests(path) {
                    group.addTask {
                        let client = try RawSocket(port: port)
                        try await client.send(request)
                        client.finishSending()
                        _ = try await client.receiveAll(within: 20)
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    private static func requests(_ path: String) -> [String] {
        var all = ["", "read", "notify", "admin"].map { request("GET", path, token: $0) }
        all += ["?max_lag=x&limit=x&full=x&project=a&project=a", "?project=none"].map { request("GET", path + $0, token: "admin") }
        all.append(request("GET", path, token: "admin", "If-None-Match: *\r\n"))
        all.append(request("OPTIONS", path, token: ""))
        for method in ["POST", "PUT", "DELETE"] {
            all += ["", "read", "notify"].map { request(method, path, token: $0, "Content-Length: 2\r\n", body: "{}") }
            all += bodies.map { request(method, path, token: "admin", "Content-Length: \($0.utf8.count)\r\n", body: $0) }
            // One that is too long, and one that stops in the middle.
            all += [1_000_000, 10].map { request(method, path, token: "admin", "Content-Length: \($0)\r\n", body: "{") }
        }
        return all
    }

    private static func request(_ method: String, _ target: String, token: String, _ more: String = "", body: String = "") -> String {
        let authorization = token.isEmpty ? "" : "Authorization: Bearer \(token)\r\n"
        return "\(method) \(target) HTTP/1.1\r\nHost: h\r\n\(authorization)\(more)\r\n\(body)"
    }
}
