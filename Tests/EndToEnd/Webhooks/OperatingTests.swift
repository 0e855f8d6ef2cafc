import Foundation
import Synchronization
import TestSupport
import Testing

/// What operators do about webhooks, by the command line and under `/admin`.
@Suite(.ownThreads) struct OperatingTests {
    private func push(_ count: Int, _ scene: Scene) async throws {
        for number in 0..<count {
            try scene.upstream.commit("P/r", message: "push \(number)")
            try scene.notify()
            try await scene.arrives()
        }
    }

    @Test func redelivery_SendsTheSameAgain_AndNamesWhatCannotBe() async throws {
        let scene = try Scene()
        let receiver = try RawReceiver { _ in RawReceiver.answer("200 OK") }
        try scene.configure(webhooks: ["{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\" }"])
        try await scene.synchronized()
        try await push(2, scene)
        try await eventually("both are delivered") { try scene.node.sql("SELECT count(*) FROM delivery WHERE state = 'delivered'") == "2" }
        let again = try scene.node.command("webhooks", "redeliver", "1", "4711", "2")
        #expect(again.status == 1 && again.errors.contains("delivery 4711: ") && !again.errors.contains("delivery 2"), "\(again.errors)")
        try await eventually("both come again") { receiver.requests.count == 4 }
        #expect(Set(receiver.requests.map { $0.header("webhook-id") }).count == 2 && Set(receiver.requests.map(\.body)).count == 2)
        try scene.configure(webhooks: [])
        scene.node.signal(SIGHUP)
        try await eventually("reloaded") { scene.node.log.contains("\"changed\":\"webhooks.endpoints\"") }
        let refused = try scene.node.command("webhooks", "redeliver", "1")
        #expect(refused.status == 1 && refused.errors.contains("whose webhook is configured"), "\(refused.errors)")
        #expect(try scene.node.sql("SELECT state FROM delivery WHERE id = 1") == "delivered")
    }

    @Test func endpointThatIsGone_GetsItsEvents_OnceItIsEnabled() async throws {
        let scene = try Scene()
        let isGone = Mutex(true)
        let receiver = try RawReceiver { _ in RawReceiver.answer(isGone.withLock { $0 } ? "410 Gone" : "200 OK") }
        try scene.configure(webhooks: ["{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\" }"])
        try await scene.synchronized()
        try await push(1, scene)
        try await eventually("it is gone") { try scene.node.command("webhooks", "list").output.contains("ci               gone") }
        try await push(2, scene)
        scene.node.kill()
        try await scene.synchronized()
        #expect(receiver.requests.count == 1)
        isGone.withLock { $0 = false }
        #expect(try scene.node.command("webhooks", "enable", "nobody").status == 1)
        #expect(try scene.node.command("webhooks", "enable", "ci").status == 0)
        try await eventually("all three are delivered") { try scene.node.sql("SELECT count(*) FROM delivery WHERE state = 'delivered'") == "3" }
    }

    @Test func ping_TellsWhatTheReceiverDid() async throws {
        let scene = try Scene()
        let receiver = try RawReceiver { request in
            request.head.hasPrefix("POST /slow ") ? [.pause(milliseconds: 1500)] + RawReceiver.answer("204 No Content") : RawReceiver.answer("418 No")
        }
        try scene.configure(webhooks: ["slow", "bad"].map { "{ name: \($0), url: \"http://127.0.0.1:\(receiver.port)/\($0)\" }" })
        try await scene.synchronized()
        let slow = try scene.node.command("webhooks", "test", "slow")
        #expect(slow.status == 0 && slow.output.hasPrefix("answered 204 after 1"), "\(slow.output)\(slow.errors)")
        #expect(try scene.node.command("webhooks", "test", "bad").errors.contains("answered 418"))
        #expect(try scene.node.command("webhooks", "test", "nobody").errors.contains("There is no such webhook."))
        #expect(receiver.requests.first?.header("X-Event-Key") == "diagnostics:ping")
    }

    /// The file has the same name, and the node a connection that was opened when it held another certificate.
    @Test func authoritiesOfReceivers_AreReadAnew_AtAReload() async throws {
        let scene = try Scene()
        let receiver = try await NginxServer(in: scene.directory.path, serving: scene.upstream.path)
        let authorities = scene.directory.path + "/authorities.pem"
        func trust(_ certificate: String) throws {
            try String(contentsOfFile: certificate, encoding: .utf8).write(toFile: authorities, atomically: true, encoding: .utf8)
        }
        func ping() throws -> String {
            let ended = try scene.node.command("webhooks", "test", "ci")
            return ended.output + ended.errors
        }
        try trust(receiver.certificate)
        try scene.configure(
            webhooks: ["{ name: ci, url: \"https://127.0.0.1:\(receiver.tls)/hook\" }"], keys: "ca_file: \"\(authorities)\",")
        try await scene.synchronized()
        #expect(try ping().contains("answered"))
        try trust(try CertificateFixture(in: scene.directory.path, "stranger").certificate)
        scene.node.signal(SIGHUP)
        try await eventually("it is taken") { try ping().contains("not trusted") }
        try trust(receiver.certificate)
        scene.node.signal(SIGHUP)
        try await eventually("and that too") { try ping().contains("answered") }
        withExtendedLifetime(receiver) {}
    }

    @Test func admin_RefusesWhatItCannotAnswer() async throws {
        let scene = try Scene()
        try scene.configure(webhooks: [])
        try await scene.synchronized()
        for query in ["limit=0", "limit=1001", "limit=x", "before=-1", "before=99999999999999999999", "state=lost", "state=dead&state=dead"] {
            #expect(try HTTPCall("http://localhost/admin/deliveries?\(query)", socket: scene.node.socket).status == 400, "\(query)")
        }
        for id in ["0", "-1", "x", "99999999999999999999", "1"] {
            let call = try HTTPCall("http://localhost/admin/deliveries/\(id)/redeliver", method: "POST", socket: scene.node.socket, body: "{}")
            #expect(call.status == 404, "\(id)")
        }
        #expect(try HTTPCall("http://localhost/admin/webhooks", socket: scene.node.socket).body == #"{"webhooks":[]}"#)
        // On TCP nobody is an operator without a token.
        for path in ["/admin/webhooks", "/admin/deliveries"] { #expect(try scene.node.get(path).status >= 401) }
    }
}
