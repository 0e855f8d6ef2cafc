import Foundation
import TestSupport

/// A Redis of a test's own, on loopback, with nothing on disk.
final class RealRedis {
    let port: UInt16
    private let directory: TemporaryDirectory
    private let options: [String]
    private var process: ServerProcess?

    init(_ options: String...) async throws {
        directory = try TemporaryDirectory()
        port = try Ports.free()
        self.options = options
        try await start()
    }

    /// Again, after `kill`: on the same port, and empty.
    func start() async throws {
        let process = try ServerProcess(
            ["redis-server", "--bind", "127.0.0.1", "--port", "\(port)", "--save", "", "--appendonly", "no", "--dir", directory.path]
                + options)
        self.process = process
        try await eventually("redis listens") {
            guard process.isRunning else { throw NeverHappened("redis-server ended at once") }
            return Ports.takesConnections(port)
        }
    }

    func kill() { process = nil }

    /// Neither reads nor answers, and its kernel takes connections.
    func freeze() { process?.signal(SIGSTOP) }

    func thaw() { process?.signal(SIGCONT) }
}

enum Ports {
    /// Below those that the kernel hands out to whoever connects: a server that is started again finds it free.
    static func free() throws -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000..<32_000)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            defer { close(descriptor) }
            if withLoopback(port, { bind(descriptor, $0, $1) }) == 0 { return port }
        }
        throw NeverHappened("no port is free")
    }

    static func takesConnections(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        return withLoopback(port) { connect(descriptor, $0, $1) } == 0
    }

    static func withLoopback(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
