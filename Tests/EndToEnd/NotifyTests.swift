import Foundation
import TestSupport
import Testing

/// Notifications as they come from the upstream's host: over TCP with their token, from a hook.
@Suite(.serialized, .ownThreads) struct NotifyTests {
    private static let secret = "0123456789abcdef0123456789abcdef"

    private func scene() throws -> Scene {
        let scene = try Scene(extra: "sync: { interval: 1h }")
        let file = scene.node.directory + "/notify.token"
        try (Self.secret + "\n").write(toFile: file, atomically: false, encoding: .utf8)
        try Shell().run("chmod", "600", file)
        let text = try String(contentsOfFile: scene.node.configurationPath, encoding: .utf8)
        try text.replacing("http: {", with: "http: { notify_token_file: ./notify.token,")
            .write(toFile: scene.node.configurationPath, atomically: false, encoding: .utf8)
        return scene
    }

    private func post(
        _ scene: Scene, _ path: String = "/notify", token: String?, body: String = #"{"repository":"P/r"}"#
    ) throws -> HTTPCall {
        try HTTPCall(
            scene.node.base + path, method: "POST", headers: token.map { ["Authorization: Bearer \($0)"] } ?? [], body: body)
    }

    @Test func notification_IsTakenOverTCP_WithItsTokenOnly() async throws {
        let scene = try scene()
        try await scene.synchronized()
        try scene.upstream.commit("P/r", message: "pushed")
        #expect(try post(scene, token: nil).status == 401)
        #expect(try post(scene, token: String(Self.secret.reversed())).status == 401)
        #expect(try post(scene, token: Self.secret.uppercased()).status == 401)
        #expect(!scene.node.mirrors("P/r", of: scene.upstream))
        #expect(try post(scene, token: Self.secret).status == 202)
        try await scene.arrives()
    }

    @Test func tokenOfNotifications_AllowsNothingElse() async throws {
        let scene = try scene()
        try await scene.synchronized()
        for path in ["/admin/sync", "/admin/vet"] { #expect(try post(scene, path, token: Self.secret, body: "{}").status != 202) }
        let drain = try HTTPCall(
            scene.node.base + "/admin/drain", method: "PUT", headers: ["Authorization: Bearer \(Self.secret)"], body: #"{"reason":"x"}"#)
        #expect(drain.status >= 400)
        #expect(try scene.node.get("/status").status == 200)
    }

    @Test func notification_IsRefused_WhenItNamesNoRepository() async throws {
        let scene = try scene()
        try await scene.synchronized()
        let bodies = [
            "{}", #"{"repository":"../../etc"}"#, #"{"repository":7}"#, "[", #"{"repository":"P/r","x":1}"#,
            #"{"repository":"noslash"}"#,
        ]
        for body in bodies {
            #expect(try post(scene, token: Self.secret, body: body).status == 400, "\(body)")
        }
        #expect(try post(scene, token: Self.secret, body: #"{"repository":"P/unknown"}"#).status == 202)
        try await eventually("the log says so") { scene.node.log.contains("notified of a repository that the upstream does not have") }
    }

    @Test func command_TellsSeveralNodesAtOnce_AndNamesTheOneThatIsDown() async throws {
        let scene = try scene()
        try await scene.synchronized()
        try scene.upstream.commit("P/r", message: "pushed")
        let dead = "http://127.0.0.1:\(try NodeFixture.freePort())"
        let token = scene.node.directory + "/notify.token"
        let words = [NodeFixture.binary, "notify", "P/r", "--token-file", token, "--url", scene.node.base]
        #expect(try Shell().attempt(words).status == 0)
        try await scene.arrives()
        let ended = try Shell().attempt(words + ["--url", dead])
        #expect(ended.status == 1)
        #expect(ended.errors.contains(dead))
    }

    /// `conf/post-receive` as an operator installs it: copied into `hooks/`, with what it needs beside it.
    @Test func hook_TellsTheNodeOfARealPush() async throws {
        let scene = try scene()
        try Self.install(in: scene)
        try await scene.synchronized()
        #expect(try Self.push(scene, "one", url: scene.node.base) == "")
        try await scene.arrives()
    }

    @Test func hook_NeverFailsNorDelaysAPush_WhenTheNodeIsDown() async throws {
        let scene = try scene()
        try Self.install(in: scene)
        let silent = try SilentServer()
        for url in ["http://127.0.0.1:\(try NodeFixture.freePort())", "http://127.0.0.1:\(silent.port)"] {
            let start = ContinuousClock.now
            let said = try Self.push(scene, url, url: url)
            // A push of its own takes a few hundredths of a second; the hook may add one.
            #expect(ContinuousClock.now - start < .seconds(4))
            #expect(said.contains("not notified"), "\(said)")
        }
    }

    private static func install(in scene: Scene) throws {
        let hook = scene.upstream.repository("P/r") + "/hooks/post-receive"
        try Shell().run("install", "-D", "-m", "755", ProjectFile.path("conf/post-receive"), hook)
    }

    /// - Returns: what the person who pushes sees.
    private static func push(_ scene: Scene, _ message: String, url: String) throws -> String {
        let work = scene.directory.path + "/clone"
        let script = """
            [ -d '\(work)' ] || git clone -q '\(scene.upstream.repository("P/r"))' '\(work)'
            cd '\(work)'; echo '\(message)' > file; git add file; git commit -qm pushed; git push -q origin HEAD:main 2>&1
            """
        let settings = [
            "HELIOSTAT_ROOT": scene.upstream.path, "HELIOSTAT_URLS": url, "HELIOSTAT_PROGRAM": NodeFixture.binary,
            "HELIOSTAT_TOKEN_FILE": scene.node.directory + "/notify.token",
        ]
        return try Shell(directory: scene.directory.path, environment: settings).run("sh", "-euc", script)
    }
}
