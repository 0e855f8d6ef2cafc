import Foundation
import TestSupport

/// The built binary as a running node, with its own data directory and configuration.
final class NodeFixture: @unchecked Sendable {
    // @unchecked: used by one test at a time.
    let directory: String
    let port: Int
    private var process: Process?
    private(set) var starts = 0
    /// Takes effect with the next `configure`.
    var nodeName = "test"
    /// As YAML; takes effect with the next `configure`.
    var shutdown = "{ notice: 0s, drain: 5s }"

    /// More keys of `http`, as YAML, each with a comma before it; takes effect with the next `configure`.
    var http = ""

    var base: String { "http://127.0.0.1:\(port)" }
    var data: String { directory + "/data" }
    var socket: String { data + "/heliostat.sock" }
    var configurationPath: String { directory + "/heliostat.yaml" }
    /// Empty before the first start.
    var log: String { (try? String(contentsOfFile: directory + "/log", encoding: .utf8)) ?? "" }  // not written yet: empty

    /// - Parameter extra: YAML appended to the configuration, below the keys that every test needs.
    init(in directory: String, upstream: String, name: String = "node", extra: String = "") throws {
        self.directory = directory + "/" + name
        port = try Self.freePort()
        try FileManager.default.createDirectory(atPath: self.directory, withIntermediateDirectories: true)
        try configure(upstream: upstream, extra: extra)
    }

    deinit { kill() }

    func configure(upstream: String, cloneURL: String? = nil, extra: String) throws {
        let upstreamLines = upstream.hasPrefix("/") ? "  kind: directory\n  path: \(upstream)" : upstream
        let text = """
            node: { name: \(nodeName), data: ./data\(cloneURL.map { ", clone_urls: [\"\($0)\"]" } ?? "") }
            http: { listen: "127.0.0.1:\(port)"\(http) }
            upstream:
            \(upstreamLines)
            shutdown: \(shutdown)
            \(extra)

            """
        try text.write(toFile: configurationPath, atomically: true, encoding: .utf8)
    }

    /// A section more.
    func append(_ section: String) throws {
        let text = try String(contentsOfFile: configurationPath, encoding: .utf8)
        try (text + section + "\n").write(toFile: configurationPath, atomically: true, encoding: .utf8)
    }

    static var binary: String {
        // The test bundle lies beside the products.
        URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "heliostat").path
    }

    /// - Parameters:
    ///   - wrapper: words before the binary, such as `["prlimit", "--nofile=64"]`.
    ///   - errors: takes the node's standard error instead of the log file.
    func start(wrapper: [String] = [], environment: [String: String] = [:], errors: FileHandle? = nil) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = wrapper + [Self.binary, "serve", "--config", configurationPath]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let path = directory + "/log"
        if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
        guard let handle = FileHandle(forWritingAtPath: path) else { throw CocoaError(.fileNoSuchFile) }
        try handle.seekToEnd()
        process.standardError = errors ?? handle
        process.standardOutput = handle
        process.standardInput = FileHandle.nullDevice
        try process.start()
        self.process = process
        starts += 1
    }

    var processID: Int32 { process?.processIdentifier ?? 0 }
    var isRunning: Bool { process?.isRunning ?? false }

    func signal(_ number: Int32) { Foundation.kill(processID, number) }

    /// Until it gets SIGCONT.
    func suspend() { TestSupport.suspend(processID) }

    /// SIGKILL, and gone when this returns.
    func kill() {
        guard let process, process.isRunning else { return }
        Foundation.kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    /// SIGTERM.
    /// - Returns: the exit code.
    @discardableResult
    func stop() -> Int32 {
        guard let process, process.isRunning else { return process?.terminationStatus ?? -1 }
        process.terminate()
        process.waitUntilExit()
        return process.terminationStatus
    }

    func exitCode() -> Int32 {
        process?.waitUntilExit()
        return process?.terminationStatus ?? -1
    }

    // MARK: Asking

    func get(_ path: String) throws -> HTTPCall { try HTTPCall(base + path) }

    var state: String? {
        // Not listening yet, or not any more: there is no state.
        guard let body = status()?.body, let json = try? JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any] else { return nil }
        return json["state"] as? String
    }

    func waitForState(_ state: String, within seconds: Double = 30) async throws {
        try await eventually(within: seconds, "state \(state)") { self.state == state }
    }

    func command(_ words: String...) throws -> Shell.Ended { try command(words) }

    func command(_ words: [String]) throws -> Shell.Ended {
        try Shell().attempt([Self.binary] + words + ["--config", configurationPath])
    }

    /// The content hashes that the node streams, by repository id.
    func contentHashes() throws -> [Int64: String] {
        let json = try get("/rest/mirroring/latest/repo-hashes/content").json()
        var hashes: [Int64: String] = [:]
        for project in json["projects"] as? [[String: Any]] ?? [] {
            for repository in project["repositories"] as? [[String: Any]] ?? [] {
                let id = (repository["id"] as? NSNumber)?.int64Value ?? 0
                hashes[id] = (repository["hashes"] as? [String: String])?["content"]
            }
        }
        return hashes
    }

    func copy(_ name: String) -> String { "\(data)/repositories/\(name).git" }

    /// Whether the copy's refs and HEAD are the upstream's, by the shell formula on both.
    func mirrors(_ name: String, of upstream: UpstreamFixture) -> Bool {
        // A copy that is not there yet mirrors nothing.
        let ours = try? UpstreamFixture.contentHash(of: copy(name))
        guard let ours else { return false }
        // Nor does one whose upstream is being rewritten at this moment.
        return ours == (try? UpstreamFixture.contentHash(of: upstream.repository(name)))
    }

    static func freePort() throws -> Int {
        let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let status = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                bind(socket, generic, length) == 0 ? getsockname(socket, generic, &length) : -1
            }
        }
        guard status == 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        return Int(UInt16(bigEndian: address.sin_port))
    }
}
