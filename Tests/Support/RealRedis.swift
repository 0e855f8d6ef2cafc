public import Foundation

/// A Redis of a test's own, on loopback, with nothing on disk.
public final class RealRedis: @unchecked Sendable {
    // @unchecked: used by one test at a time.
    public let port: UInt16
    private let directory: TemporaryDirectory
    private let options: [String]
    private var process: ServerProcess?

    public convenience init(_ options: String...) async throws { try await self.init(options) }

    public init(_ options: [String]) async throws {
        directory = try TemporaryDirectory()
        port = try Ports.free()
        self.options = options
        try await start()
    }

    /// Again, after `kill`: on the same port, and empty.
    public func start() async throws {
        let process = try ServerProcess(
            ["redis-server", "--bind", "127.0.0.1", "--port", "\(port)", "--save", "", "--appendonly", "no", "--dir", directory.path]
                + options)
        self.process = process
        try await eventually("redis listens") {
            guard process.isRunning else { throw NeverHappened("redis-server ended at once") }
            return Ports.takesConnections(port)
        }
    }

    /// What `redis-cli` answers.
    @discardableResult
    public func command(_ words: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["redis-cli", "-h", "127.0.0.1", "-p", "\(port)"] + words
        let pipe = Pipe.make()
        process.standardOutput = pipe
        process.standardError = FileHandle.nullDevice
        try process.start()
        let answer = try pipe.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return String(decoding: answer, as: UTF8.self)
    }

    public func kill() { process = nil }

    /// Neither reads nor answers, and its kernel takes connections.
    public func freeze() { process?.suspend() }

    public func thaw() { process?.signal(SIGCONT) }
}

public enum Ports {
    /// Below those that the kernel hands out to whoever connects: a server that is started again finds it free.
    public static func free() throws -> UInt16 {
        for _ in 0..<100 {
            let port = UInt16.random(in: 20_000..<32_000)
            let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
            defer { close(descriptor) }
            if withLoopback(port, { bind(descriptor, $0, $1) }) == 0 { return port }
        }
        throw NeverHappened("no port is free")
    }

    public static func takesConnections(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(descriptor) }
        return withLoopback(port) { connect(descriptor, $0, $1) } == 0
    }

    public static func withLoopback(_ port: UInt16, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(MemoryLayout<sockaddr_in>.size)) }
        }
    }
}
