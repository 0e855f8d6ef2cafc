import Foundation
import TestSupport

/// `hostile_git.py` in front of repositories of its own, and a node that mirrors one of them beside a healthy one on the same host.
final class HostileScene: Sendable {
    static let name = "P/hostile"
    private static let neighbour = "P/healthy"

    let scene: Scene
    /// What the hostile server has in truth, and the healthy one shows.
    let upstream: UpstreamFixture
    private let directory: TemporaryDirectory
    private let hostile: ServerProcess
    private let healthy: GitDaemon
    private let situation: String

    var node: NodeFixture { scene.node }

    /// - Parameters:
    ///   - situation: as the server takes it, such as `v0-many,5000`.
    ///   - megabytes: of noise in the hostile repository, so that its pack has a length worth speaking of.
    ///   - sync: more keys of `sync`, as YAML, each with a comma before it.
    ///   - interval: between two looks of the node's own.
    init(_ situation: String, megabytes: Int = 0, sync: String = "", attempts: Int = 1, interval: String = "2s") async throws {
        let (name, neighbour) = (Self.name, Self.neighbour)
        directory = try TemporaryDirectory()
        self.situation = situation
        upstream = try UpstreamFixture(in: directory.path)
        for name in [name, neighbour] { try upstream.create(name) }
        if megabytes > 0 { try upstream.commitNoise(name, megabytes: megabytes) }
        let port = try NodeFixture.freePort()
        let program = ProjectFile.path("Tests/EndToEnd/Upstream/hostile_git.py")
        hostile = try ServerProcess(["python3", "-B", program, "\(port)", upstream.path], log: directory.path + "/log")
        try await eventually("the hostile server listens") { canConnect(to: port) }
        healthy = try await GitDaemon(upstream.path)
        let urls = ["git://127.0.0.1:\(port)/\(situation)/\(name).git", healthy.url(neighbour)]
        let lines = zip([name, neighbour], urls).map { "    - { project: P, slug: \($0.dropFirst(2)), url: \"\($1)\" }" }
        scene = try Scene(
            urls: { _ in "  kind: urls\n  urls:\n" + lines.joined(separator: "\n") },
            extra: "sync: { interval: \(interval), attempts: \(attempts)\(sync) }")
    }

    /// Where the server looks for what it is to do.
    private var control: String {
        let bare = situation.hasPrefix("v0-") ? String(situation.dropFirst(3)) : situation
        return upstream.path + "/\(bare.prefix { $0 != "," })"
    }

    /// From now on the server behaves, or again does not.
    func behave(_ well: Bool) throws {
        let mark = control + ".good"
        if well { try Data().write(to: URL(filePath: mark)) } else { try FileManager.default.removeItem(atPath: mark) }
    }

    /// A script that the server runs once, between the refs and the pack, with `GIT_DIR` set to the hostile repository.
    func beforeThePack(_ script: String) throws {
        try script.write(toFile: control + ".sh", atomically: true, encoding: .utf8)
    }

    var wasRaced: Bool { FileManager.default.fileExists(atPath: control + ".sh.done") }

    /// Connections that the hostile server has had.
    var served: Int {
        // None yet: no file.
        ((try? String(contentsOfFile: upstream.path + "/served", encoding: .utf8)) ?? "").split(separator: "\n").count
    }

    /// The neighbour takes a push, whatever the other one is doing, and `/status` answers at once.
    func neighbourFollows() async throws {
        try upstream.commit(Self.neighbour, message: "\(served) connections later")
        try scene.notify(Self.neighbour)
        guard node.status() != nil else { throw NeverHappened("an answer of /status") }
        try await scene.arrives(Self.neighbour, of: upstream)
    }

    func arrives(within seconds: Double = 20) async throws {
        let expected = try UpstreamFixture.contentHash(of: upstream.repository(Self.name))
        try await wait(within: seconds, "the hostile repository's push") { try node.contentHashes().values.contains(expected) }
        try await scene.arrives(Self.name, of: upstream)
    }

    /// The server behaves from now on, and what it has arrives.
    func recovers(within seconds: Double = 20) async throws {
        try behave(true)
        try await arrives(within: seconds)
    }

    /// As `eventually`; the end of the log tells of a wait that was in vain.
    func wait(within seconds: Double = 10, _ what: String, _ condition: () async throws -> Bool) async throws {
        do {
            try await eventually(within: seconds, what, condition)
        } catch {
            throw NeverHappened("\(error); the log ends\n\(node.log.suffix(4000))")
        }
    }

    func isTold(_ reason: String) throws -> Bool { try scene.trouble(of: Self.name)?.reason == reason }

    // MARK: What it costs

    /// The most memory that the node has had, in MiB.
    var peakMegabytes: Int { Self.memory(of: node.processID, "VmHWM") }

    /// The largest memory of a git process now, in MiB.
    var childMegabytes: Int { node.children.filter { $0 != node.processID }.map { Self.memory(of: $0, "VmRSS") }.max() ?? 0 }

    /// Below the node's data directory, in MiB.
    var diskMegabytes: Int {
        // It complains of files that go meanwhile, and counts the others.
        get throws { Int(try Shell().attempt(["du", "-sm", node.data]).output.prefix { $0 != "\t" }) ?? 0 }
    }

    static func memory(of process: Int32, _ field: String) -> Int {
        let text = (try? String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)) ?? ""  // gone: nothing
        let line = text.split(separator: "\n").first { $0.hasPrefix(field) } ?? ""
        return (Int(line.filter(\.isNumber)) ?? 0) >> 10
    }
}
