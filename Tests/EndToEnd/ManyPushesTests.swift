import Foundation
import TestSupport
import Testing

/// A repository that is pushed to all day long stays as tidy as its upstream.
@Suite(.serialized, .ownThreads) struct ManyPushesTests {
    private static let pushes = 2000
    /// Pushes that may be under way before the test waits for one of them.
    private static let inFlight = 20

    /// Every push makes a branch and a commit; every tenth brings so many objects that git keeps them as a pack.
    @Test func copyStaysTidy_AfterTwoThousandPushes() async throws {
        let scene = try Scene(extra: "sync: { interval: 1h }\nlog: { level: info }")
        try Self.write(pushes: Self.pushes, to: scene)
        let commits = try scene.script("cat \"$GIT_DIR/commits\"").split(separator: "\n")
        try #require(commits.count == Self.pushes)
        try await scene.synchronized()
        for (number, commit) in commits.enumerated() {
            try Self.push(commit, as: "refs/heads/topic/\(number)", scene)
            try Self.push(commit, as: "refs/heads/main", scene)
            let taken = try await Self.tell(scene)
            guard number % Self.inFlight == Self.inFlight - 1 else { continue }
            // Notifications are rate-limited; somebody who waits for a push asks again.
            if !taken { try await eventually("notification \(number) is taken") { try await Self.tell(scene) } }
            try await eventually(within: 20, "push \(number)") { try Self.main(of: scene.node.copy("P/r")) == commit }
        }
        try scene.notify()
        try await scene.arrives(within: 10, "the last push")
        try await eventually(within: 20, "a tidy copy") { try Self.isTidy(scene.node.copy("P/r")) }
        #expect(!scene.node.log.contains("synchronisation failed"))
        #expect(!scene.node.log.contains("maintenance failed"))
        #expect(try Shell().run("git", "--git-dir", scene.node.copy("P/r"), "fsck", "--full", "--strict", "--no-progress") == "")
    }

    private static func main(of copy: String) throws -> String {
        // No file: it has been packed, and git knows.
        let loose = try? String(contentsOfFile: copy + "/refs/heads/main", encoding: .utf8)
        return try String((loose ?? Shell().run("git", "--git-dir", copy, "rev-parse", "main")).prefix(40))
    }

    private static func isTidy(_ copy: String) throws -> Bool {
        let packs = try Shell().run("find", copy + "/objects/pack", "-name", "*.pack").split(separator: "\n").count
        let looseRefs = try Shell().run("find", copy + "/refs", "-type", "f").split(separator: "\n").count
        return packs <= 60 && looseRefs <= 1000
    }

    /// All commits in one stream, on a ref that is taken away again: what remains to be done for a push is to move refs.
    private static func write(pushes: Int, to scene: Scene) throws {
        var stream = "reset refs/heliostat/all\nfrom refs/heads/main\n\n"
        for number in 0..<pushes {
            let files = number % 10 == 0 ? 110 : 1
            stream += "commit refs/heliostat/all\nmark :\(number + 1)\n"
            stream += "committer C <c@example.org> \(1_700_000_000 + number) +0000\ndata 4\npush\n"
            for file in 0..<files {
                let text = "\(number) \(file)"
                stream += "M 100644 inline d\(number % 50)/f\(file)\ndata \(text.utf8.count)\n\(text)\n"
            }
        }
        let git = scene.upstream.repository("P/r")
        try Shell().run(["git", "--git-dir", git, "fast-import", "--quiet"], input: stream)
        try scene.script(
            "git rev-list --reverse main..refs/heliostat/all > \"$GIT_DIR/commits\"; git update-ref -d refs/heliostat/all")
    }

    /// As git moves a ref: a complete file by rename.
    private static func push(_ commit: Substring, as ref: String, _ scene: Scene) throws {
        let path = scene.upstream.repository("P/r") + "/" + ref
        let directory = URL(filePath: path).deletingLastPathComponent().path
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
        try "\(commit)\n".write(toFile: path, atomically: true, encoding: .utf8)
    }

    /// - Returns: false when the node has taken too many of late.
    private static func tell(_ scene: Scene) async throws -> Bool {
        let body = #"{"repository":"P/r"}"#
        let socket = try RawSocket(path: scene.node.socket)
        let head = "POST /notify HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
        try await socket.send(head + body)
        let answer = try await socket.receiveAll()
        #expect(answer.hasPrefix("HTTP/1.1 202") || answer.hasPrefix("HTTP/1.1 429"), "\(answer)")
        return answer.hasPrefix("HTTP/1.1 202")
    }
}
