import Foundation
import Testing
import TestSupport

/// What the fault scenarios ask of a node and of what it leaves on disk.
extension NodeFixture {
    /// `/status` within milliseconds, without the start of a client program.
    func status(_ method: String = "GET") -> RawAnswer? {
        // Not listening yet, or not any more, or cut: there is no answer.
        guard let client = try? RawClient(port: port) else { return nil }
        try? client.send(RawClient.request("/status", method: method))  // cut: the same
        return try? client.receiveAnswer(isHead: method == "HEAD", within: 2)  // cut: the same
    }

    /// Expects `/status` to say `state` with `code`, to the byte.
    func expectStatus(_ state: String, _ code: Int, sourceLocation: SourceLocation = #_sourceLocation) {
        let answer = status()
        #expect(answer?.body == #"{"state":"\#(state)","nodeCount":"1"}"#, sourceLocation: sourceLocation)
        #expect(answer?.code == code, sourceLocation: sourceLocation)
    }

    /// Waits for the node to end by itself.
    func exit(within seconds: Double = 15) async throws -> Int32 {
        try await eventually(within: seconds, "the end of the process; log:\n\(log.suffix(4000))") { !isRunning }
        return exitCode()
    }

    /// SIGTERM.
    func end() async throws -> Int32 {
        signal(SIGTERM)
        return try await exit()
    }

    func notify(_ name: String) throws {
        let call = try HTTPCall("http://localhost/notify", method: "POST", socket: socket, body: #"{"repository":"\#(name)"}"#)
        #expect(call.status == 202, "\(call.body)")
    }

    func waitForMirror(_ names: [String], of upstream: UpstreamFixture, within seconds: Double = 30) async throws {
        for name in names {
            try await eventually(within: seconds, "a mirror of \(name); log:\n\(log.suffix(4000))") { mirrors(name, of: upstream) }
        }
    }

    // MARK: Processes

    /// git processes of this data directory that are alive, of whichever start.
    var children: [Int32] {
        guard let marker = try? String(contentsOfFile: data + "/git/node", encoding: .utf8) else { return [] }  // never started
        let entry = Array("HELIOSTAT_NODE=\(marker)".utf8)
        return Self.processes.filter { process in
            // Ended meanwhile, or a zombie, whose environment is empty: not alive.
            guard let environment = FileManager.default.contents(atPath: "/proc/\(process)/environ") else { return false }
            return environment.split(separator: 0).contains { $0.elementsEqual(entry) }
        }
    }

    private static var processes: [Int32] {
        ((try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? [])  // no /proc: none
            .compactMap { Int32($0) }
    }

    /// Processor time used so far, in seconds.
    var processorSeconds: Double {
        let text = (try? String(contentsOfFile: "/proc/\(processID)/stat", encoding: .utf8)) ?? ""  // gone: none
        let fields = text[(text.lastIndex(of: ")") ?? text.startIndex)...].split(separator: " ")
        guard fields.count > 13 else { return 0 }
        return Double((Int(fields[12]) ?? 0) + (Int(fields[13]) ?? 0)) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    // MARK: What lies on disk

    /// `git fsck` of every copy, SQLite's own check, and no leftovers. The node must not be running.
    func expectCleanDisk(_ names: [String], sourceLocation: SourceLocation = #_sourceLocation) throws {
        for name in names {
            let check = try Shell().attempt(["git", "--git-dir", copy(name), "fsck", "--strict", "--no-dangling"])
            #expect(check.status == 0 && check.errors.isEmpty, "\(check.output)\(check.errors)", sourceLocation: sourceLocation)
        }
        #expect(try sql("PRAGMA integrity_check") == "ok", sourceLocation: sourceLocation)
        #expect(try sql("SELECT count(*) FROM prepared_change") == "0", sourceLocation: sourceLocation)
        #expect(leftovers == [], sourceLocation: sourceLocation)
    }

    /// What a crash may leave, and a later start must have removed.
    var leftovers: [String] {
        // A directory that is not there holds nothing.
        let staged = (try? FileManager.default.contentsOfDirectory(atPath: data + "/staging")) ?? []
        let files = FileManager.default.enumerator(atPath: data + "/repositories")?.compactMap { $0 as? String } ?? []
        return staged + files.filter { path in
            let name = path.split(separator: "/").last ?? ""
            return name.hasSuffix(".lock") || name.hasPrefix("tmp_") || name.hasPrefix(".tmp-") || name.hasPrefix("incoming-")
        }
    }

    /// Nothing has been written for half a second, and no operation waits for its end to be.
    var isStoreAtRest: Bool {
        get throws {
            let log = try FileManager.default.attributesOfItem(atPath: data + "/heliostat.db-wal")
            let last = try #require(log[.modificationDate] as? Date)
            return try Date.now.timeIntervalSince(last) > 0.5 && sql("SELECT count(*) FROM operation") == "0"
        }
    }

    @discardableResult
    func sql(_ statement: String) throws -> String { try Shell().run("sqlite3", data + "/heliostat.db", statement) }

    // MARK: Fault injection

    /// Runs the node with system calls on one path delayed.
    func startDelayed(_ call: String, on path: String, seconds: Int) throws {
        // -D: the node stays our own child, so that signals and the exit code are its own.
        try start(wrapper: [
            "strace", "-D", "-f", "-o", "/dev/null", "-P", path, "-e", "inject=\(call):delay_enter=\(seconds)000000",
        ])
    }

    /// Attaches strace to the running node with one injection.
    /// - Parameters:
    ///   - fault: as strace(1) takes it, such as `fdatasync:signal=SIGKILL:when=3`.
    ///   - paths: the only ones that it is for; none for all.
    func inject(_ fault: String, on paths: [String] = []) async throws -> Tracer {
        try await Tracer(attachedTo: processID, inject: fault, on: paths, in: directory)
    }
}

/// strace, attached to a process and its threads until it is stopped or the process ends.
final class Tracer {
    private let process = Process()

    fileprivate init(attachedTo id: Int32, inject fault: String, on paths: [String], in directory: String) async throws {
        let call = fault.prefix { $0 != ":" }
        let said = directory + "/strace-\(UUID().uuidString)"
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments =
            ["strace", "-f", "-p", "\(id)", "-o", said + ".calls", "-e", "trace=\(call)", "-e", "inject=\(fault)"]
            + paths.flatMap { ["-P", $0] }
        try Data().write(to: URL(filePath: said))
        process.standardError = FileHandle(forWritingAtPath: said)
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.start()
        try await eventually("strace attached") {
            (try String(contentsOfFile: said, encoding: .utf8)).contains("attached") || !process.isRunning
        }
    }

    /// Detaches; the process goes on.
    func stop() {
        guard process.isRunning else { return }
        // Signals that can be blocked are, in what a thread of the test runner starts. The kernel detaches a dead tracer.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }

    deinit { stop() }
}
