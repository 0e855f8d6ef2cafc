import Foundation
@testable import HelioAPI
import HelioMetrics
import HelioNode
import Synchronization
import TestSupport
import Testing

private let browser = ["Accept: text/html,application/xhtml+xml,*/*;q=0.8"]

@Test func front_AnswersByAccept() async throws {
    try await LiveNode.run { node async throws in
        let page = try await node.tcp("GET", "/", headers: browser)
        #expect(page.status == 200 && page["Content-Type"] == "text/html; charset=utf-8" && page["Vary"] == "Accept")
        #expect(page["Cache-Control"] == "no-store" && page["X-Content-Type-Options"] == "nosniff")
        #expect(page["Referrer-Policy"] == "no-referrer")
        #expect(page.text.hasPrefix("<!doctype html>") && page.text.hasSuffix("</html>\n"))
        for headers in [[], ["Accept: */*"], ["Accept: application/json"]] {
            let line = try await node.tcp("GET", "/", headers: headers)
            #expect(line.text == FrontRoutes.line(hasOperations: true) && line["Vary"] == "Accept" && line["Content-Type"] == "text/plain; charset=utf-8")
        }
        let head = try await node.tcp("HEAD", "/", headers: browser)
        #expect(head.status == 200 && head.body.isEmpty && head["Content-Length"] == page["Content-Length"])
        #expect(try await node.tcp("POST", "/", headers: browser).status == 405)
    }
}

/// The sums of the policy against the sums that another program makes of what was sent.
@Test func policy_NamesWhatThePageHolds() async throws {
    try await LiveNode.run { node async throws in
        let page = try await node.tcp("GET", "/", headers: browser)
        let policy = try #require(page["Content-Security-Policy"])
        for name in ["style", "script"] {
            let parts = page.text.components(separatedBy: "<\(name)>")
            #expect(parts.count == 2)
            let text = try #require(parts[1].components(separatedBy: "</\(name)>").first)
            #expect(policy.contains("\(name)-src 'sha256-\(try sum(of: text))'"), "\(name)")
        }
        #expect(policy.hasPrefix("default-src 'none'; ") && !policy.contains("unsafe"))
        #expect(policy.hasSuffix("connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"))
    }
}

private func sum(of text: String) throws -> String {
    let directory = try TemporaryDirectory()
    try text.write(toFile: directory.path + "/text", atomically: true, encoding: .utf8)
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", "sha256sum < \(directory.path)/text | cut -c1-64 | xxd -r -p | base64 | tr -d '\\n'"]
    let pipe = Pipe.make()
    process.standardOutput = pipe
    try process.start()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: output, as: UTF8.self)
}

@Test func crowd_CostsOneRenderingASecond() async throws {
    try await LiveNode.run { node async throws in
        let first = try await node.tcp("GET", "/", headers: browser).text
        var snapshot = node.board.snapshot
        snapshot.draining = "test"
        node.board.publish(snapshot)
        #expect(try await node.tcp("GET", "/", headers: browser).text == first)
        let later = Sample.now.monotonic + .seconds(1)
        node.clock.withLock { $0 = Moment(monotonic: later, wall: Sample.now.wall) }
        #expect(try await node.tcp("GET", "/", headers: browser).text.contains("<title>SYNCHRONIZED, drained"))
    }
}

@Test func startingNode_HasAPage() async throws {
    try await LiveNode.run(.starting) { node async throws in
        let page = try await node.tcp("GET", "/", headers: browser)
        #expect(page.status == 200 && page.text.contains("<title>STARTING, not ready – mirror-1</title>"))
    }
}
