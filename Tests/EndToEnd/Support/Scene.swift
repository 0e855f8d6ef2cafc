import Foundation
import TestSupport

/// A directory of repositories, a node that mirrors it, and everything gone when the last reference goes.
final class Scene: Sendable {
    let directory: TemporaryDirectory
    let upstream: UpstreamFixture
    let node: NodeFixture

    /// - Parameters:
    ///   - names: repositories with one commit on `main`.
    ///   - extra: YAML below the keys that every test needs.
    init(_ names: [String] = ["P/r"], extra: String = "") throws {
        directory = try TemporaryDirectory()
        upstream = try UpstreamFixture(in: directory.path)
        for name in names { try upstream.create(name) }
        node = try NodeFixture(in: directory.path, upstream: upstream.path, extra: extra)
    }

    /// A node of a list of URLs. `upstream` is where a server may find its repositories.
    init(urls: (UpstreamFixture) throws -> String, extra: String = "") throws {
        directory = try TemporaryDirectory()
        upstream = try UpstreamFixture(in: directory.path)
        node = try NodeFixture(in: directory.path, upstream: try urls(upstream), extra: extra)
    }

    // Before the directory goes.
    deinit { node.kill() }

    func synchronized(within seconds: Double = 30) async throws {
        try node.start()
        try await node.waitForState("SYNCHRONIZED", within: seconds)
    }

    /// A script with `GIT_DIR` set to a repository of the upstream.
    @discardableResult
    func script(_ text: String, in name: String = "P/r", environment: [String: String] = [:]) throws -> String {
        let values = environment.merging(["GIT_DIR": upstream.repository(name)]) { $1 }
        return try Shell(directory: directory.path, environment: values).run("sh", "-euc", text)
    }

    func notify(_ name: String = "P/r") throws {
        let ended = try node.command("notify", name)
        guard ended.status == 0 else { throw Shell.Failed(command: "notify \(name)", status: ended.status, output: ended.errors) }
    }

    /// Waits until the node streams the upstream's hash, and checks that the copy on disk has it.
    /// - Parameter other: the upstream when it is not the scene's own.
    func arrives(
        _ name: String = "P/r", of other: UpstreamFixture? = nil, within seconds: Double = 10, _ what: String = "the push"
    ) async throws {
        let expected = try UpstreamFixture.contentHash(of: (other ?? upstream).repository(name))
        let entry = "{\"id\":\(try derivedID(name)),\"hashes\":{\"content\":\"\(expected)\""
        try await eventually(within: seconds, "\(what) in \(name)") { try await streamedContent().contains(entry) }
        let copied = try UpstreamFixture.contentHash(of: node.copy(name))
        guard copied == expected else { throw NeverHappened("\(what) in \(name): streamed, but the copy has \(copied)") }
    }

    /// In this process: a program started for every look would be what takes the time.
    private func streamedContent() async throws -> String {
        let socket = try RawSocket(port: UInt16(node.port))
        try await socket.send("GET /rest/mirroring/latest/repo-hashes/content HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        return try await socket.receiveAll(within: 10)
    }

    // MARK: What the node says

    /// `/admin/overview` over the socket.
    func overview() throws -> [String: Any] {
        try HTTPCall("http://localhost/admin/overview", socket: node.socket).json()
    }

    /// What the node says is wrong with a repository; nil while it says nothing.
    func trouble(of name: String) throws -> (status: String, reason: String?, message: String)? {
        let worst = try overview()["worst"] as? [[String: Any]] ?? []
        guard let entry = worst.first(where: { $0["repository"] as? String == name }) else { return nil }
        return (entry["status"] as? String ?? "", entry["reason"] as? String, entry["message"] as? String ?? "")
    }

    func isQuarantined(_ name: String, _ reason: String) throws -> Bool {
        let trouble = try trouble(of: name)
        return trouble?.status == "quarantined" && trouble?.reason == reason
    }

    /// Rules of `/readyz` that are broken.
    func readiness() throws -> (status: Int, rules: [String]) {
        let call = try node.get("/readyz")
        let reasons = try call.json()["reasons"] as? [[String: Any]] ?? []
        return (call.status, reasons.compactMap { $0["rule"] as? String })
    }

    /// Paths below `<data>/trash` that are repositories, without the bin's own name.
    func trash() throws -> [String] {
        let bins = try FileManager.default.contentsOfDirectory(atPath: node.data + "/trash")
        return try bins.flatMap { bin in
            try FileManager.default.subpathsOfDirectory(atPath: "\(node.data)/trash/\(bin)").filter { $0.hasSuffix(".git") }
        }.sorted()
    }

    func hasCopy(_ name: String) -> Bool { FileManager.default.fileExists(atPath: node.copy(name)) }
}

/// The id that a directory's repository gets: the first 53 bits of SHA-256 of its name, computed apart from the node.
func derivedID(_ name: String) throws -> Int64 {
    let hex = try Shell().run(["sha256sum"], input: name).prefix(16)
    return Int64((UInt64(hex, radix: 16) ?? 0) >> 11)
}
