import Foundation
import TestSupport
import Testing

/// Nodes of one farm that meet at a Redis of their own and count rows, with a lease of three seconds.
final class CountingFarm {
    static let lease = 3.0
    /// Until another node has tried for what is free: fifteen seconds, one of jitter, and some for a busy machine.
    static let retry = 18.0

    let directory: TemporaryDirectory
    let upstream: UpstreamFixture
    let redis: RealRedis
    private(set) var nodes: [NodeFixture] = []
    /// Those that do not answer because they are stopped or gone.
    var silent: Set<Int> = []

    init(_ names: [String] = ["P/a", "P/b"]) async throws {
        directory = try TemporaryDirectory()
        upstream = try UpstreamFixture(in: directory.path)
        for name in names { try upstream.create(name) }
        redis = try await RealRedis()
    }

    // Before the directory goes.
    deinit { for node in nodes { node.kill() } }

    /// Adds a node to the farm, and starts it.
    @discardableResult
    func add(failover: String = "retry") throws -> NodeFixture {
        let name = "node-\(nodes.count)"
        let node = try NodeFixture(in: directory.path, upstream: upstream.path, name: name)
        node.nodeName = name
        try node.configure(
            upstream: upstream.path,
            extra: """
                sync: { interval: 1h }
                farm: { name: counting, coordinator: redis, redis: { url: "redis://127.0.0.1:\(redis.port)" } }
                database: { metrics: { enabled: true, interval: 1s, lease_duration: 3s, failover: \(failover) } }
                """)
        nodes.append(node)
        try node.start()
        return node
    }

    // MARK: Who counts

    /// Whether a scrape of the node has anything of the inventory, HELP and TYPE included.
    static func shows(_ node: NodeFixture) -> Bool {
        // Not listening yet, or not any more: it shows nothing.
        guard let answer = try? scrape(node).receiveAll(within: 10) else { return false }
        return isShown(in: answer)
    }

    /// A scrape that has been sent, whenever the node may answer it.
    static func scrape(_ node: NodeFixture) throws -> RawClient {
        let client = try RawClient(port: node.port)
        try client.send("GET /metrics HTTP/1.1\r\nHost: node\r\nAccept: text/plain\r\nConnection: close\r\n\r\n")
        return client
    }

    static func isShown(in answer: [UInt8]) -> Bool { String(decoding: answer, as: UTF8.self).contains("heliostat_database_") }

    private func showing() -> [Int] { nodes.indices.filter { !silent.contains($0) && Self.shows(nodes[$0]) } }

    /// The node that shows the series now; nil when none does.
    ///
    /// The nodes are asked one after the other, so the lease may have moved between two answers: then one of the two has nothing when
    /// it is asked again.
    func holder(sourceLocation: SourceLocation = #_sourceLocation) -> Int? {
        let first = showing()
        guard first.count > 1 else { return first.first }
        let second = showing()
        #expect(second.count <= 1, "nodes \(second) show the series at the same time", sourceLocation: sourceLocation)
        return second.first
    }

    /// Watches all nodes until one of them shows the series. Never may two.
    @discardableResult
    func newHolder(within seconds: Double, otherThan old: Int? = nil) async throws -> Int {
        var found: Int?
        try await eventually(within: seconds, "a node that counts") {
            try await Pace.take(.milliseconds(40))
            found = holder()
            return found != nil && found != old
        }
        return try #require(found)
    }

    /// Watches all nodes for a while in which none may show the series.
    func expectNobody(for duration: Duration, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let end = ContinuousClock.now + duration
        while ContinuousClock.now < end {
            #expect(showing() == [], sourceLocation: sourceLocation)
            try await Pace.take(.milliseconds(40))
        }
    }

    func kill(_ index: Int) {
        silent.insert(index)
        nodes[index].kill()
    }
}

extension NodeFixture {
    /// Its log's lines with this message.
    func lines(_ message: String) -> [[String: Any]] {
        log.split(separator: "\n").compactMap { line in
            // What a program of others says is no line of ours.
            guard let fields = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else { return nil }
            return fields["message"] as? String == message ? fields : nil
        }
    }

    /// Rows by what was counted.
    func rows() throws -> [String: Double] {
        let samples = try metrics().matching("heliostat_database_rows")
        return Dictionary(uniqueKeysWithValues: samples.map { ($0.labels["query_name"] ?? "", $0.value) })
    }
}
