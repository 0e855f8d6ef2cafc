import Foundation
import TestSupport

/// A program run to its end.
struct Shell {
    struct Failed: Error, CustomStringConvertible {
        let command: String
        let status: Int32
        let output: String
        var description: String { "\(command) → \(status)\n\(output)" }
    }

    struct Ended {
        let status: Int32
        let output: String
        let errors: String
    }

    var directory: String = "/"
    var environment: [String: String] = [:]

    /// - Returns: what it printed on standard output, without the last newline.
    /// - Throws: `Failed` when it did not end with 0.
    @discardableResult
    func run(_ program: String, _ arguments: String...) throws -> String { try run([program] + arguments) }

    @discardableResult
    func run(_ words: [String], input: String? = nil) throws -> String {
        let ended = try attempt(words, input: input)
        guard ended.status == 0 else {
            throw Failed(command: words.joined(separator: " "), status: ended.status, output: ended.output + ended.errors)
        }
        return ended.output
    }

    func attempt(_ words: [String], input: String? = nil) throws -> Ended {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = words
        process.currentDirectoryURL = URL(filePath: directory)
        process.environment = Self.base.merging(environment) { $1 }
        let (output, errors, stdin) = (Pipe.make(), Pipe.make(), Pipe.make())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = stdin
        try process.start()
        try stdin.fileHandleForWriting.write(contentsOf: Data((input ?? "").utf8))
        try stdin.fileHandleForWriting.close()
        let errorReader = Reader(errors.fileHandleForReading)
        let text = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Ended(status: process.terminationStatus, output: Self.text(text), errors: Self.text(errorReader.data()))
    }

    /// The same commits on every machine, and nothing of the person who runs the tests.
    private static let base: [String: String] = [
        "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C",
        "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": "/dev/null", "GIT_AUTHOR_NAME": "Author",
        "GIT_AUTHOR_EMAIL": "author@example.org", "GIT_COMMITTER_NAME": "Committer",
        "GIT_COMMITTER_EMAIL": "committer@example.org", "GIT_TERMINAL_PROMPT": "0",
    ]

    private static func text(_ data: Data) -> String {
        let text = String(decoding: data, as: UTF8.self)
        return text.hasSuffix("\n") ? String(text.dropLast()) : text
    }

    /// Empties a pipe on a thread of its own, so that a program which fills both pipes does not hang.
    private final class Reader: @unchecked Sendable {
        // @unchecked: `bytes` is written before and read after the semaphore.
        private var bytes = Data()
        private let done = DispatchSemaphore(value: 0)

        init(_ handle: FileHandle) {
            Thread.detachNewThread { [self] in
                bytes = handle.readDataToEndOfFile()
                done.signal()
            }
        }

        func data() -> Data {
            done.wait()
            return bytes
        }
    }
}
