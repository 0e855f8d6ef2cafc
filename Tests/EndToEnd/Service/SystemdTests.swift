import Foundation
import Synchronization
import TestSupport
import Testing

/// A node as systemd runs it.
@Suite(.serialized, .ownThreads) struct Systemd {
    @Test func unit_IsRight_AndGivesLittleAway() throws {
        let directory = try TemporaryDirectory()
        let unit = try ProjectFile.text("conf/heliostat.service").replacing("/usr/bin/heliostat", with: NodeFixture.binary)
        try unit.write(toFile: directory.path + "/heliostat.service", atomically: true, encoding: .utf8)
        try ProjectFile.text("conf/heliostat.socket").write(toFile: directory.path + "/heliostat.socket", atomically: true, encoding: .utf8)
        let shell = Shell(directory: directory.path)
        let verified = try shell.attempt(["systemd-analyze", "verify", "--man=no", "./heliostat.service", "./heliostat.socket"])
        #expect(verified.status == 0 && verified.errors.isEmpty, "\(verified)")
        // git gives directories the setgid bit, and a git that the kernel kills is no reason to stop the node: systemd's default.
        let lines = unit.split(separator: "\n")
        #expect(lines.contains("OOMPolicy=continue") && !lines.contains("RestrictSUIDSGID=yes"))
        // In tenths: systemd-analyze's own measure, from 0 to 10.
        let exposed = try shell.attempt(["systemd-analyze", "security", "--offline=true", "--threshold=20", "./heliostat.service"])
        #expect(exposed.status == 0, "\(exposed.output.suffix(200))")
    }

    @Test func node_TellsHowItStands_AndGivesSignsOfLife() async throws {
        let scene = try Scene()
        let manager = try NotifySocket(scene.directory.path + "/notify")
        let told = Mutex<[String]>([])
        func isTold(_ word: String) -> Bool {
            told.withLock { told in
                told += manager.messages()
                return told.contains { $0.split(separator: "\n").contains(Substring(word)) }
            }
        }
        func forget() {
            _ = manager.messages()
            told.withLock { $0 = [] }
        }
        try scene.node.start(environment: ["NOTIFY_SOCKET": manager.name, "WATCHDOG_USEC": "600000"])
        try await eventually("it has started") { isTold("READY=1") }
        try await eventually("it says its state") { isTold("STATUS=SYNCHRONIZED") }
        try await eventually("it gives signs of life") { isTold("WATCHDOG=1") }
        scene.node.suspend()
        forget()
        try await Pace.take(.milliseconds(1200))
        #expect(!isTold("WATCHDOG=1"))
        scene.node.signal(SIGCONT)
        try await eventually("it gives signs of life again") { isTold("WATCHDOG=1") }
        forget()
        scene.node.signal(SIGHUP)
        try await eventually("it reloads") { isTold("RELOADING=1") && isTold("READY=1") }
        #expect(try await scene.node.end() == 0)
        #expect(isTold("STOPPING=1"))
    }

    /// The port stays open while the node is not there: who comes then waits, and is answered by the next one.
    @Test func restart_RefusesNoConnection_WhereTheSocketIsKept() async throws {
        let scene = try Scene()
        let manager = try SocketKeeper(in: scene.directory.path, of: scene.node)
        try await scene.node.waitForState("SYNCHRONIZED")
        let load = Load(on: scene.node.port)
        for round in 0..<3 {
            try await eventually("requests are answered") { load.answered > (round + 1) * 100 }
            let process = try manager.processID()
            kill(process, SIGTERM)
            try await eventually("the next one runs") { try manager.processID() != process }
            try await scene.node.waitForState("SYNCHRONIZED")
        }
        let outcome = try await load.end()
        #expect(outcome.failures.isEmpty, "\(outcome.failures.prefix(5))")
    }

    @Test func wideSocket_IsWarnedOf_AsAWideAddressIs() async throws {
        let scene = try Scene()
        let manager = try SocketKeeper(in: scene.directory.path, of: scene.node, on: "0.0.0.0")
        let notice = "the service manager's socket 0.0.0.0:\(scene.node.port) can be reached from other machines and no token file is set"
        try await eventually("it warns") {
            try String(contentsOfFile: scene.directory.path + "/keeper.log", encoding: .utf8).contains(notice)
        }
        withExtendedLifetime(manager) {}
    }
}

/// Does what systemd does with a socket unit: opens the port, and starts the node with it whenever there is none.
private struct SocketKeeper {
    private static let script = """
        import os, socket, sys
        host, port, note, words = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4:]
        keeper = socket.create_server((host, port), backlog=1024)
        os.dup2(keeper.fileno(), 3)
        os.set_inheritable(3, True)
        while True:
            child = os.fork()
            if child == 0:
                os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="1", LISTEN_FDNAMES="http")
                os.execvp(words[0], words)
            with open(note + ".new", "w") as file: file.write(str(child))
            os.rename(note + ".new", note)
            os.waitpid(child, 0)
        """

    private let note: String
    private let process: ServerProcess

    init(in directory: String, of node: NodeFixture, on host: String = "127.0.0.1") throws {
        note = directory + "/pid"
        process = try ServerProcess(
            ["python3", "-c", Self.script, host, "\(node.port)", note, NodeFixture.binary, "serve", "--config", node.configurationPath],
            log: directory + "/keeper.log")
    }

    func processID() throws -> Int32 { try #require(Int32(try String(contentsOfFile: note, encoding: .utf8))) }
}
