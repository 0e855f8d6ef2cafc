import Foundation
import TestSupport
import Testing

/// Lists of URLs, with real servers on the loopback.
@Suite(.serialized, .ownThreads) struct URLUpstreamTests {
    /// A failure of its own quarantines at once, and is retried soon.
    private static let impatient = "sync: { interval: 2s, attempts: 1 }"

    private func list(_ entries: [(name: String, url: String)], _ more: String = "") -> String {
        let lines = entries.map { entry in
            let slash = entry.name.lastIndex(of: "/") ?? entry.name.startIndex
            let slug = entry.name[entry.name.index(after: slash)...]
            return "    - { project: \"\(entry.name[..<slash])\", slug: \"\(slug)\", url: \"\(entry.url)\" }"
        }
        return "  kind: urls\n  urls:\n" + lines.joined(separator: "\n") + more
    }

    private func scene(_ entries: [(String, String)], _ more: String = "", extra: String = impatient) throws -> Scene {
        try Scene(urls: { _ in list(entries, more) }, extra: extra)
    }

    /// Repositories that a server shows; the nodes of a test have directories of their own.
    private struct Served {
        let directory: TemporaryDirectory
        let upstream: UpstreamFixture

        init(_ names: [String] = ["P/a", "P/b"]) throws {
            directory = try TemporaryDirectory()
            upstream = try UpstreamFixture(in: directory.path)
            for name in names { try upstream.create(name) }
        }
    }

    @Test func gitDaemon_IsMirrored_AndPushesFollow() async throws {
        let served = try Served()
        let server = try await GitDaemon(served.upstream.path)
        let scene = try scene([("P/a", server.url("P/a")), ("X/Y/b", server.url("P/b"))])
        try await scene.synchronized()
        #expect(try scene.node.contentHashes()[derivedID("X/Y/b")] == UpstreamFixture.contentHash(of: served.upstream.repository("P/b")))
        try served.upstream.commit("P/a", message: "notified")
        try scene.notify("P/a")
        try await scene.arrives("P/a", of: served.upstream)
        try served.upstream.commit("P/a", branch: "polled", message: "polled")
        try await scene.arrives("P/a", of: served.upstream, within: 2 + 8, "the other push")
    }

    @Test func hostThatSaysForHowLong_IsLeftInPeaceForThat() async throws {
        let host = try RawReceiver { _ in RawReceiver.answer("429 Too Many Requests", "Retry-After: 1200\r\n") }
        let url = "http://127.0.0.1:\(host.port)"
        let scene = try scene([("P/a", url + "/a"), ("P/b", url + "/b")], extra: "sync: { interval: 2s, concurrency: 1 }")
        try scene.node.start()
        try await eventually("the other is told to wait for as long") {
            scene.node.log.contains(/the host has asked for a pause: another 1(1[89][0-9]|200) s/)
        }
        #expect(host.requests.count == 1)
        #expect(try FileManager.default.contentsOfDirectory(atPath: scene.node.data + "/git/upstream").isEmpty)
    }

    @Test func pushesOfEveryKind_FollowOverAURL() async throws {
        // A server tells neither an unborn HEAD nor where a dangling one leads.
        let pushes = PushCase.all.filter { !["default branch unborn", "deletion of all"].contains($0.name) }
        let served = try Served(pushes.map(\.repository))
        let server = try await GitDaemon(served.upstream.path)
        let scene = try scene(pushes.map { ($0.repository, server.url($0.repository)) }, extra: "sync: { interval: 3s }")
        // The scripts run in a scene's own upstream: it shows what is served.
        try Shell().run("rmdir", scene.upstream.path)
        try FileManager.default.createSymbolicLink(atPath: scene.upstream.path, withDestinationPath: served.upstream.path)
        for push in pushes { try scene.prepare(push) }
        try await scene.synchronized()
        for push in pushes { try scene.make(push) }
        for push in pushes { try await scene.arrives(push.repository, within: 20, push.name) }
        #expect(!scene.node.log.contains("synchronisation failed"))
    }

    @Test func deadHostAmongGoodOnes_IsQuarantined_AndRetriedUntilItComesBack() async throws {
        let served = try Served()
        let server = try await GitDaemon(served.upstream.path)
        let port = try NodeFixture.freePort()
        let scene = try scene([("P/a", server.url("P/a")), ("P/b", "git://127.0.0.1:\(port)/P/b.git")])
        try await scene.synchronized()
        #expect(scene.node.mirrors("P/a", of: served.upstream))
        #expect(try scene.isQuarantined("P/b", "connection"))
        let counts = try #require(scene.node.get("/readyz").json()["repositories"] as? [String: Int])
        #expect(counts["quarantined"] == 1)
        let revived = try await GitDaemon(served.upstream.path, port: port)
        try await scene.arrives("P/b", of: served.upstream, within: 10, "the retry")
        try await eventually("it is forgiven") { try scene.trouble(of: "P/b") == nil }
        withExtendedLifetime(revived) {}
    }

    @Test func basicAuthentication_IsPassed_WithTheTokenFile() async throws {
        let served = try Served()
        let server = try await NginxServer(in: served.directory.path, serving: served.upstream.path)
        let token = served.directory.path + "/token"
        let scene = try scene(
            [("P/a", "http://127.0.0.1:\(server.protected)/P/a.git"), ("P/b", "http://127.0.0.1:\(server.plain)/P/b.git")],
            "\n  credentials: { username: \(NginxServer.user), token_file: \(token) }")
        try Self.write("wrong", to: token)
        try await scene.synchronized()
        #expect(try scene.isQuarantined("P/a", "auth"))
        #expect(scene.node.mirrors("P/b", of: served.upstream))
        // Rotated in place, as the manual promises.
        try Self.write(NginxServer.password, to: token)
        try await scene.arrives("P/a", of: served.upstream, within: 10, "the right token")
        #expect(!scene.node.log.contains(NginxServer.password))
        let grep = try Shell().attempt(["grep", "-r", "--text", "-l", NginxServer.password, scene.node.directory])
        #expect(grep.status == 1, "the token is in \(grep.output)")
    }

    private static func write(_ token: String, to path: String) throws {
        try (token + "\n").write(toFile: path, atomically: false, encoding: .utf8)
        try Shell().run("chmod", "600", path)
    }

    @Test func selfSignedCertificate_IsRefused_UnlessItsAuthorityIsInTheCAFile() async throws {
        let served = try Served()
        let server = try await NginxServer(in: served.directory.path, serving: served.upstream.path)
        let secure = "https://127.0.0.1:\(server.tls)/P/a.git"
        let plain = "http://127.0.0.1:\(server.plain)/P/b.git"
        let trusting = try scene([("P/a", secure)], "\n  ca_file: \(server.certificate)")
        try await trusting.synchronized()
        #expect(trusting.node.mirrors("P/a", of: served.upstream))
        let careful = try scene([("P/a", secure), ("P/b", plain)])
        try await careful.synchronized()
        #expect(try careful.isQuarantined("P/a", "tls"))
        #expect(!careful.hasCopy("P/a"))
    }

    @Test func redirection_IsRefused() async throws {
        let served = try Served()
        let server = try await NginxServer(in: served.directory.path, serving: served.upstream.path)
        let scene = try scene([
            ("P/a", "http://127.0.0.1:\(server.redirecting)/P/a.git"), ("P/b", "http://127.0.0.1:\(server.plain)/P/b.git"),
        ])
        try await scene.synchronized()
        let trouble = try scene.trouble(of: "P/a")
        #expect(trouble?.reason == "rejected", "\(trouble?.message ?? "")")
        #expect(!scene.hasCopy("P/a"))
    }

    @Test func repositoryThatIsNotThere_IsNotFound() async throws {
        let served = try Served()
        let server = try await NginxServer(in: served.directory.path, serving: served.upstream.path)
        let daemon = try await GitDaemon(served.upstream.path)
        let scene = try scene([
            ("P/http", "http://127.0.0.1:\(server.plain)/P/none.git"), ("P/git", daemon.url("P/none")), ("P/a", daemon.url("P/a")),
        ])
        try await scene.synchronized()
        #expect(try scene.isQuarantined("P/http", "not_found"))
        #expect(try scene.isQuarantined("P/git", "not_found"))
    }

    @Test(arguments: ["git", "http"])
    func silentServer_IsGivenUp_ForWantOfProgress(scheme: String) async throws {
        let served = try Served()
        let server = try await GitDaemon(served.upstream.path)
        let silent = try SilentServer()
        let scene = try scene(
            [("P/silent", "\(scheme)://127.0.0.1:\(silent.port)/P/a.git"), ("P/a", server.url("P/a"))],
            extra: "sync: { interval: 5s, attempts: 1, no_progress: 1s }")
        try await scene.synchronized()
        #expect(try scene.isQuarantined("P/silent", "no_progress"))
        #expect(scene.node.mirrors("P/a", of: served.upstream))
    }
}
