import Foundation
import TestSupport
import Testing

/// A person with the `sqlite3` program, in the middle of a transaction.
struct DatabaseLock {
    private let process = Process()
    private let input = Pipe.make()

    init(_ database: String) throws {
        let output = Pipe.make()
        process.executableURL = URL(filePath: "/usr/bin/sqlite3")
        process.arguments = [database]
        (process.standardInput, process.standardOutput) = (input, output)
        try process.run()
        try input.fileHandleForWriting.write(contentsOf: Data("BEGIN IMMEDIATE;\nSELECT 'held';\n".utf8))
        #expect(try output.fileHandleForReading.read(upToCount: 4) == Data("held".utf8))
    }

    func end() {
        input.fileHandleForWriting.closeFile()
        process.waitUntilExit()
    }
}
