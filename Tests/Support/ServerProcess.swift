import Foundation

/// A program that serves until the last reference to it goes.
public final class ServerProcess: @unchecked Sendable {
    // @unchecked: used by one test at a time.
    private let process = Process()

    /// - Parameter log: a file that takes what it says on standard error.
    public init(_ words: [String], environment: [String: String] = [:], log: String? = nil) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try log.map(Self.created) ?? FileHandle.nullDevice
        try process.start()
    }

    private static func created(_ path: String) throws -> FileHandle {
        try Data().write(to: URL(filePath: path))
        return try FileHandle(forWritingTo: URL(filePath: path))
    }

    public var isRunning: Bool { process.isRunning }

    public func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    /// Until it gets SIGCONT.
    public func suspend() { TestSupport.suspend(process.processIdentifier) }

    // SIGKILL: a child of ours inherits the blocked signals of the thread that made it, SIGTERM among them. To its whole group:
    // Foundation waits until the last of them has gone.
    deinit {
        kill(-process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
