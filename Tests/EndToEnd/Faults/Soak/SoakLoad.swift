import Foundation
import Synchronization
import TestSupport

/// Everything that clients do to a farm, all the time: each kind on a thread of its own.
final class SoakLoad: Sendable {
    private let scene: FarmScene
    private let names: [String]
    private let tally: SoakTally
    /// Held by whoever pushes, and by the fault that takes the upstream away.
    let upstream = Mutex([String: String]())
    private let running = Mutex<[Alongside<Void>]>([])

    init(_ scene: FarmScene, _ names: [String], _ tally: SoakTally) {
        (self.scene, self.names, self.tally) = (scene, names, tally)
    }

    /// Nodes that nobody kills: they owe everybody an answer.
    private var steady: [NodeFixture] { Array(scene.nodes.dropLast()) }

    /// The commit of `main` of each repository that was pushed to.
    var tips: [String: String] { upstream.withLock { $0 } }

    func start() {
        let kinds: [@Sendable () throws -> Void] = [push, poll, scrape, readHashes, readSlowly, vandalise]
        let all = kinds.map { kind in
            Alongside { goesOn in
                while goesOn() { try kind() }
            }
        }
        running.withLock { $0 = all }
    }

    func end() async throws {
        for work in running.withLock({ $0 }) { try await work.end() }
    }

    // MARK: Pushes

    private func push() throws {
        guard let name = names.randomElement() else { return }
        try upstream.withLock { tips in
            let branch = "refs/heads/b\(Int.random(in: 0..<10))"
            switch Int.random(in: 0..<10) {
            case 0: try scene.upstream.git(name, "update-ref", "-d", branch)
            case 1: try scene.upstream.git(name, "update-ref", branch, "refs/heads/main")
            case 2:
                // Back, and on from there: what was told of is gone.
                _ = try Shell().attempt(["git", "--git-dir", scene.upstream.repository(name), "update-ref", "refs/heads/main", "main^"])
                fallthrough
            default: tips[name] = try scene.upstream.commit(name, message: UUID().uuidString)
            }
        }
        tally.add("pushes")
        if Bool.random(), let node = steady.randomElement() { try node.notify(name) }
        Pace.block(milliseconds: 250)
    }

    // MARK: Honest clients

    /// As a load balancer asks: on a connection that stays, and on a new one now and then.
    private func poll() throws {
        for node in steady {
            guard let client = attempt("a connection", { try RawClient(port: node.port) }) else { continue }
            for _ in 0..<10 {
                let clock = ContinuousClock()
                let time = clock.measure {
                    let answer = attempt("/status") {
                        try client.send(RawClient.request("/status"))
                        return try client.receiveAnswer(within: 5)
                    }
                    if let answer, ![200, 503].contains(answer.code) { tally.fail("/status: \(answer.head)") }
                }
                tally.answered(in: time / .seconds(1))
                tally.add("/status")
                Pace.block(milliseconds: 20)
            }
        }
    }

    private static let questions = [
        ("/metrics", "Accept: application/openmetrics-text;version=1.0.0\r\n"), ("/metrics", "Accept-Encoding: gzip\r\n"), ("/metrics", ""),
        ("/jolokia/read/*:*", ""), ("/", ""), ("/readyz", ""),
    ]

    private func scrape() throws {
        for node in steady {
            for (path, headers) in Self.questions { try ask(node, path, headers) }
        }
        Pace.block(milliseconds: 500)
    }

    private func readHashes() throws {
        for node in steady { try ask(node, "/rest/mirroring/latest/repo-hashes", "") }
        Pace.block(milliseconds: 100)
    }

    private func ask(_ node: NodeFixture, _ path: String, _ headers: String) throws {
        let answer = attempt(path) {
            let client = try RawClient(port: node.port)
            try client.send("GET \(path) HTTP/1.1\r\nHost: node\r\n\(headers)Connection: close\r\n\r\n")
            return try client.receiveAll()
        }
        guard let answer else { return }
        let code = String(decoding: answer.prefix(12), as: UTF8.self)
        if !["HTTP/1.1 200", "HTTP/1.1 503"].contains(code) { tally.fail("\(path): \(code)") }
        tally.add(path)
    }

    private func attempt<Answer>(_ what: String, _ body: () throws -> Answer) -> Answer? {
        do { return try body() } catch {
            tally.fail("\(what): \(error)")
            return nil
        }
    }

    // MARK: Others

    /// Asks for everything, reads a little, and goes while the rest is on its way.
    private func readSlowly() throws {
        let node = scene.nodes.randomElement() ?? scene.nodes[0]
        // The node that is killed may be away.
        guard let client = try? RawClient(port: node.port, receiveBuffer: 4096) else { return Pace.block(milliseconds: 200) }
        try? client.send(RawClient.request("/metrics") + RawClient.request("/rest/mirroring/latest/repo-hashes"))  // the same
        for _ in 0..<10 {
            _ = try? client.receive(atMost: 16, within: 1)  // the same
            Pace.block(milliseconds: 100)
        }
        tally.add("slow readers")
    }

    private static let nonsense = [
        "GET /status HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nhalf", "GET / HTTP/1.1\r\nHost: a\r\nX", "\u{16}\u{3}\u{1}\u{2}",
        "POST /notify HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "\r\n\r\n\r\nGET", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "GET /jolokia/read/%00 HTTP/1.1\r\nHost: a\r\n\r\n", "",
    ]

    /// Connections that say nonsense, or half of something, and are left or kept for a while.
    private func vandalise() throws {
        // As above.
        let clients = (0..<16).compactMap { _ in scene.nodes.randomElement().flatMap { try? RawClient(port: $0.port) } }
        for client in clients { try? client.send(Self.nonsense.randomElement() ?? "") }  // as above
        Pace.block(milliseconds: UInt32.random(in: 1...1500))
        tally.add("vandals")
    }
}
