import Foundation
import Synchronization
import TestSupport
import Testing

/// Three nodes of one upstream that meet at a Redis of their own, and a receiver that notes what it is told.
final class FarmScene: Sendable {
    struct Event: Sendable {
        let id: String
        let repository: String
        let tips: [String]
        let nodes: Int
        let laggards: [String]
        /// Who of the nodes had the commit on disk when the event came.
        let holders: Int
    }

    let directory: TemporaryDirectory
    let upstream: UpstreamFixture
    let redis: RealRedis
    let nodes: [NodeFixture]
    /// Between the first node and Redis.
    let proxy: DelayingProxy?
    private let receiver: RawReceiver
    private let told: Mutex<[Event]>
    private let box = Box()
    /// What serves each node's copies to clients, where a test has it.
    private let sites = Mutex<[CopyServer]>([])

    /// - Parameters:
    ///   - extra: YAML for all nodes: sections other than webhooks, farm and sync.
    ///   - farm: within the section `farm`, beside name, coordinator and redis.
    ///   - tells: whether the receiver is an endpoint of the nodes.
    init(
        _ names: [String] = ["P/a", "P/b"], nodes count: Int = 3, barrier: String = "4s", interval: String = "5s", farm: String = "",
        extra: String = "", tells: Bool = true, shutdown: String? = nil, firstThrough proxy: ((UInt16) throws -> DelayingProxy)? = nil
    ) async throws {
        directory = try TemporaryDirectory()
        upstream = try UpstreamFixture(in: directory.path)
        for name in names { try upstream.create(name) }
        redis = try await RealRedis()
        self.proxy = try proxy?(redis.port)
        told = Mutex([])
        receiver = try RawReceiver { [box] request in
            box.refuses.load(ordering: .relaxed) ? RawReceiver.answer("503 Service Unavailable") : box.takes(request.body)
        }
        var made: [NodeFixture] = []
        for number in 1...count {
            let node = try NodeFixture(in: directory.path, upstream: upstream.path, name: "node\(number)")
            node.nodeName = "mirror-\(number)"
            if let shutdown { node.shutdown = shutdown }
            let port = number == 1 ? self.proxy?.port ?? redis.port : redis.port
            try node.configure(
                upstream: upstream.path,
                extra: """
                    sync: { interval: \(interval) }
                    webhooks:
                      allow: [127.0.0.0/8]
                      barrier: \(barrier)
                      endpoints: \(tells ? "[{ name: ci, url: 'http://127.0.0.1:\(receiver.port)/' }]" : "[]")
                    farm: { name: eu-west, coordinator: redis, redis: { url: "redis://127.0.0.1:\(port)/0" }\(farm) }
                    \(extra)
                    """)
            made.append(node)
        }
        nodes = made
        let copies = made.map { $0.data + "/repositories/" }
        box.sink.withLock { $0 = Sink { [weak self] body in self?.note(body, copies) } }
    }

    deinit { for node in nodes { node.kill() } }

    private struct Sink {
        let take: @Sendable ([UInt8]) -> Void
    }

    private final class Box: Sendable {
        let sink = Mutex<Sink?>(nil)
        let refuses = Atomic(false)

        func takes(_ body: [UInt8]) -> [RawReceiver.Step] {
            sink.withLock { $0 }?.take(body)
            return RawReceiver.answer("200 OK")
        }
    }

    private func note(_ body: [UInt8], _ copies: [String]) {
        // What is no JSON is no event of ours, and the test that waits for one will say so.
        guard let json = try? JSONSerialization.jsonObject(with: Data(body)) as? [String: Any], let changes = json["changes"] as? [[String: Any]],
            let repository = json["repository"] as? [String: Any], let project = repository["project"] as? [String: Any]
        else { return }
        let name = "\(project["key"] as? String ?? "")/\(repository["slug"] as? String ?? "")"
        let farm = json["farm"] as? [String: Any] ?? [:]
        let tips = changes.compactMap { $0["toHash"] as? String }
        let ports = sites.withLock { $0.map(\.port) }
        let holders =
            ports.isEmpty
            ? copies.count { Self.holds(tips, in: ["git", "--git-dir", $0 + name + ".git", "show-ref"]) }
            : ports.count { Self.holds(tips, in: ["git", "ls-remote", "http://127.0.0.1:\($0)/\(name).git"]) }
        let event = Event(
            id: "", repository: name, tips: tips, nodes: farm["nodes"] as? Int ?? 0, laggards: farm["laggards"] as? [String] ?? [],
            holders: holders)
        told.withLock { $0.append(event) }
    }

    private static func holds(_ tips: [String], in words: [String]) -> Bool {
        // What cannot be asked does not have it.
        guard let answer = try? Shell().attempt(words), answer.status == 0 else { return false }
        return tips.allSatisfy { answer.output.contains($0) }
    }

    /// From now on each node's copies are asked for through nginx and `git http-backend`, as clients do.
    func serveCopies() async throws {
        for node in nodes {
            let site = try await CopyServer(in: node.directory, serving: node.data + "/repositories")
            sites.withLock { $0.append(site) }
        }
    }

    /// Whether the receiver refuses what it is told.
    var refuses: Bool {
        get { box.refuses.load(ordering: .relaxed) }
        set { box.refuses.store(newValue, ordering: .relaxed) }
    }

    // MARK: Asking

    var events: [Event] { told.withLock { $0 } }

    func event(of commit: String) -> Event? { events.first { $0.tips.contains(commit) } }

    /// The ids under which each tip was told, by tip.
    func ids() -> [String: Set<String>] {
        var ids: [String: Set<String>] = [:]
        for request in receiver.requests {
            guard let json = try? JSONSerialization.jsonObject(with: Data(request.body)) as? [String: Any],  // as above
                let changes = json["changes"] as? [[String: Any]]
            else { continue }
            for tip in changes.compactMap({ $0["toHash"] as? String }) { ids[tip, default: []].insert(request.header("webhook-id") ?? "") }
        }
        return ids
    }

    func codes() -> [Int] {
        // A node that does not listen answers nothing.
        nodes.map { (try? $0.get("/status").status) ?? 0 }
    }

    func start() async throws {
        for node in nodes { try node.start() }
        try await synchronized()
    }

    func synchronized() async throws {
        for node in nodes { try await node.waitForState("SYNCHRONIZED", within: 40) }
        try await seen(nodes.count)
        try await eventually(within: 30, "views in which every node answers 200") {
            try self.nodes.allSatisfy { node in
                let view = try HTTPCall("http://localhost/admin/farm", socket: node.socket).json()["nodes"] as? [[String: Any]]
                return view?.count == self.nodes.count && view?.allSatisfy { $0["status"] as? Int == 200 } == true
            }
        }
    }

    /// Every node sees so many.
    func seen(_ count: Int, within seconds: Double = 30) async throws {
        try await eventually(within: seconds, "views of \(count) nodes") {
            self.nodes.filter(\.isRunning).allSatisfy { node in
                guard let json = try? node.get("/status").json() else { return false }  // not listening yet
                return json["nodeCount"] as? String == "\(count)"
            }
        }
    }

    /// Pushes, and tells one node.
    func push(_ name: String = "P/a", telling node: Int = 0) throws -> String {
        let commit = try upstream.commit(name, message: UUID().uuidString)
        _ = try nodes[node].command("notify", name)
        return commit
    }
}
