import Foundation
import TestSupport
import HelioMetrics
import Testing

/// Somebody else's client, over a real connection.
@Test func client_ReadsSeventeenAttributes_WithALibraryFromPyPI() async throws {
    try await LiveNode.run { node async throws in
        let start = Tick(nanoseconds: 0)
        let timer = node.registry.timer("farm.vet", at: start)
        timer.record(nanoseconds: 1_500_000, at: start)
        timer.record(nanoseconds: 3_000_000_000, at: start)
        let output = try await Client.run("jolokia_client.py", "http://127.0.0.1:\(node.port)/jolokia")
        let seen = try #require(try JSONSerialization.jsonObject(with: output) as? [String: Any])
        let values = try #require(seen["values"] as? [String: Any])
        #expect(values.count == 17)
        #expect(seen["statuses"] as? [Int] == Array(repeating: 200, count: 17))
        #expect(values["Count"] as? Int == 2)
        #expect(
            values["Min"] as? Double == 1.5 && values["999thPercentile"] as? Double == 3000
                && values["MeanRate"] as? Double == 0.5)
        #expect(values["RateUnit"] as? String == "events/second" && values["DurationUnit"] as? String == "milliseconds")
        #expect(seen["protocol"] as? String == "7.2")
        let properties = "category00=mirror,category01=farm,category02=vet,name=timer,type=metrics"
        #expect(seen["found"] as? [String] == ["com.atlassian.bitbucket:" + properties])
        #expect(seen["listed"] as? [String] == [properties])
        #expect(seen["missing"] as? Int == 404 && seen["write"] as? Int == 403 && seen["exec"] as? Int == 403)
    }
}

/// The name as people write it, in a path, without any escape.
@Test func curl_ReadsATimer_WithItsBareName() async throws {
    try await LiveNode.run { node async throws in
        _ = node.registry.timer("farm.vet", at: Tick(nanoseconds: 0))
        let name = "com.atlassian.bitbucket:type=metrics,category00=mirror,category01=farm,category02=vet,name=timer"
        let output = try await Client.run(["/usr/bin/env", "curl", "-sSf", "http://127.0.0.1:\(node.port)/jolokia/read/\(name)"])
        let answer = try #require(try JSONSerialization.jsonObject(with: output) as? [String: Any])
        #expect((answer["value"] as? [String: Any])?.count == 17)
    }
}

private enum Client {
    struct Failed: Error, CustomStringConvertible { let description: String }

    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()

    static func run(_ script: String, _ address: String) async throws -> Data {
        let python = folder.appending(path: "../../.build/clients/bin/python").standardized.path
        guard FileManager.default.isExecutableFile(atPath: python) else {
            throw Failed(description: "the clients are not installed; scripts/install-clients does it")
        }
        return try await run([python, folder.appending(path: "Clients/\(script)").path, address])
    }

    /// On a thread of its own: the node answers from the cooperative pool.
    static func run(_ words: [String]) async throws -> Data {
        try await onThread { try wait(words) }
    }

    private static func wait(_ words: [String]) throws -> Data {
        let process = Process()
        process.executableURL = URL(filePath: words[0])
        process.arguments = Array(words.dropFirst())
        // Whatever proxy this machine has, it does not lead to the node.
        process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent"]
        let pipe = Pipe.make()
        process.standardOutput = pipe
        try process.start()
        let output = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw Failed(description: "\(words) → \(process.terminationStatus)") }
        return output
    }
}
