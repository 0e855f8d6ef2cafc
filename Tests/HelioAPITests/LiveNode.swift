import Foundation
import HelioAPI
@testable import HelioHTTP
import HelioLoop
import HelioMetrics
import HelioNode
import Synchronization
import TestSupport

/// A board behind two real servers, one on TCP and one on a Unix socket.
final class LiveNode: Sendable {
    let board: NodeBoard
    let orders = Mutex<[String]>([])
    let tokens = Mutex(AccessTokens(admin: "admin-secret", notify: "notify-secret"))
    let clock = Mutex(Sample.now)
    let registry = Registry()
    let metrics: MetricsSource
    /// Of the timers, which begin at 0.
    let tick = Mutex(Tick(nanoseconds: 4_000_000_000))
    /// What is done before the metrics are rendered.
    let refresh = Mutex(Refresh {})
    /// Whether what is to outlive a restart can be written.
    let storeTakes = Mutex(true)
    /// nil for a node whose storage is not open.
    let inspection = Mutex<InspectionCommands?>(nil)

    struct Refresh {
        let run: @Sendable () -> Void
    }

    private let loop: EventLoop
    private let servers: [HTTPServer]
    private let directory: TemporaryDirectory
    private let ports = Mutex<[ListenAddress]>([])

    static func run(
        _ state: NodeState = .synchronized, _ catalogue: Catalogue = Catalogue(), movesAdministration: Bool = false, _ body: (LiveNode) async throws -> Void
    ) async throws {
        let node = try LiveNode(Sample.snapshot(state, catalogue), movesAdministration)
        do {
            try await node.listen()
            try await body(node)
        } catch {
            await node.end()
            throw error
        }
        await node.end()
    }

    private init(_ snapshot: NodeSnapshot, _ movesAdministration: Bool) throws {
        board = NodeBoard(identity: Sample.identity, snapshot: snapshot)
        loop = try EventLoop.start()
        directory = try TemporaryDirectory()
        let wiring = Wiring()
        metrics = wiring.metrics(registry)
        let (board, commands, metrics) = (board, wiring.commands, metrics)
        let routers = NodeRouters(
            board: board, commands: commands, tokens: { wiring.node?.tokens.withLock { $0 } ?? AccessTokens() }, metrics: metrics,
            movesAdministration: movesAdministration)
        let loop = loop
        servers = [routers.open, routers.socket, routers.admin].map { HTTPServer(loop: loop, router: $0) }
        wiring.connect(self)
    }

    private func listen() async throws {
        let tcp = try await servers[0].listen(on: .tcp(host: "127.0.0.1", port: 0))
        let unix = try await servers[1].listen(on: .unix(path: directory.path + "/s"))
        let admin = try await servers[2].listen(on: .tcp(host: "127.0.0.1", port: 0))
        ports.withLock { $0 = [tcp, unix, admin] }
    }

    private func end() async {
        for server in servers { await server.drain(within: .zero) }
        loop.stop()
    }

    func tcp(_ method: String, _ target: String, token: String? = nil, body: String? = nil, headers: [String] = []) async throws -> Reply {
        try await exchange(at: 0, method, target, token, body, headers)
    }

    func unix(_ method: String, _ target: String, body: String? = nil) async throws -> Reply {
        try await exchange(at: 1, method, target, nil, body, [])
    }

    /// On TCP, at the listener of the administration.
    func admin(_ target: String, token: String? = nil) async throws -> Reply { try await exchange(at: 2, "GET", target, token, nil, []) }

    /// For those who are on a thread of their own already.
    func blockingTCP(_ method: String, _ target: String, headers: [String] = []) throws -> Reply {
        try Exchange.run(ports.withLock { $0[0] }, method, target, headers: headers, body: nil)
    }

    /// On a thread of its own: what is answered from the cooperative pool must not be waited for with a thread of that pool.
    private func exchange(
        at port: Int, _ method: String, _ target: String, _ token: String?, _ body: String?, _ headers: [String]
    ) async throws -> Reply {
        let authorization = token.map { ["Authorization: Bearer \($0)"] } ?? []
        let address = ports.withLock { $0[port] }
        return try await onThread { try Exchange.run(address, method, target, headers: headers + authorization, body: body) }
    }

    /// Open on TCP.
    var connections: Int { servers[0].connections }

    /// Bytes that wait to be sent on TCP.
    var unsent: Int { get async { await servers[0].held.output } }

    var port: UInt16 {
        guard case .tcp(_, let port) = ports.withLock({ $0[0] }) else { return 0 }
        return port
    }

    func taken() -> [String] { orders.withLock { $0 } }

    /// Commands are made before the node that they note themselves at.
    private final class Wiring: Sendable {
        private let weakly = Mutex<WeakNode>(WeakNode())
        var node: LiveNode? { weakly.withLock { $0.node } }
        func connect(_ node: LiveNode) { weakly.withLock { $0.node = node } }

        func metrics(_ registry: Registry) -> MetricsSource {
            MetricsSource(
                registry: registry, now: { self.node?.tick.withLock { $0 } ?? Tick(nanoseconds: 0) },
                refresh: { self.node?.refresh.withLock { $0 }.run() })
        }

        private var storeTakes: Bool { node?.storeTakes.withLock { $0 } ?? true }

        private func note(_ order: String) { node?.orders.withLock { $0.append(order) } }

        private static func id() -> RunID {
            var random = SeededGenerator(seed: 1)
            return RunID(using: &random)
        }

        var commands: NodeCommands {
            NodeCommands(
                now: { self.node?.clock.withLock { $0 } ?? Sample.now },
                sync: { scope, accept in
                    self.note("sync \(scope)\(accept ? " accepting deletions" : "")")
                    return Self.id()
                },
                vet: {
                    self.note("vet")
                    return Self.id()
                },
                drain: { reason, isKept in
                    self.note("drain \(reason)\(isKept ? ", kept" : "")")
                    return !isKept || self.storeTakes
                },
                undrain: {
                    self.note("undrain")
                    return self.storeTakes
                }, notify: { self.note("notify \($0)") },
                setLogLevel: { level in
                    self.note("log \(level)")
                    return level == "debug"
                }, inspection: { self.node?.inspection.withLock { $0 } })
        }
    }

    private struct WeakNode { weak var node: LiveNode? }
}
