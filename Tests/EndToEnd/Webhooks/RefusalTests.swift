import Foundation
import TestSupport
import Testing

/// What is not spoken to, not followed and not read, and where an operator sees why.
@Suite(.ownThreads) struct RefusalTests {
    private func deliveries(_ scene: Scene) throws -> String { try scene.node.command("webhooks", "deliveries").output }

    private func expectReason(_ reason: String, _ scene: Scene) async throws {
        try scene.upstream.commit("P/r", message: "a push")
        try scene.notify()
        try await eventually("\(reason): \(try deliveries(scene))") { try deliveries(scene).contains(reason) }
        #expect(try deliveries(scene).contains("pending"), "it is tried again")
        #expect(try scene.node.command("webhooks", "list").output.contains(reason))
    }

    @Test func redirect_IsNotFollowed() async throws {
        let scene = try Scene()
        let target = try RawReceiver { _ in RawReceiver.answer("200 OK") }
        let receiver = try RawReceiver { _ in RawReceiver.answer("307 Temporary Redirect", "Location: http://127.0.0.1:\(target.port)/\r\n") }
        try scene.configure(webhooks: ["{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\" }"])
        try await scene.synchronized()
        try await expectReason("answered 307: redirects are not followed; configure the URL that it leads to", scene)
        #expect(target.connections == 0)
    }

    @Test func privateAddress_IsNotSpokenTo_WhateverItsName() async throws {
        let scene = try Scene()
        let receiver = try RawReceiver { _ in RawReceiver.answer("200 OK") }
        try scene.configure(webhooks: ["{ name: ci, url: \"http://localhost:\(receiver.port)/\" }"], allow: "10.0.0.0/8")
        try await scene.synchronized()
        try await expectReason("loopback address; webhooks.allow does not list it", scene)
        #expect(receiver.connections == 0)
    }

    /// A name that leads to an allowed address first and to another then, without an answer of a name server being trusted twice.
    @Test func reboundName_IsNotSpokenTo() async throws {
        let scene = try Scene()
        let receiver = try RawReceiver { _ in RawReceiver.answer("200 OK") + [.close] }
        let hosts = scene.directory.path + "/hosts"
        let environment = ["LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": hosts, "NSS_WRAPPER_DISABLE_DEEPBIND": "1"]
        try "127.0.0.1 ci.test\n".write(toFile: hosts, atomically: false, encoding: .utf8)
        try scene.configure(webhooks: ["{ name: ci, url: \"http://ci.test:\(receiver.port)/\" }"], allow: "127.0.0.1")
        try scene.node.start(environment: environment)
        try await scene.node.waitForState("SYNCHRONIZED")
        try scene.upstream.commit("P/r", message: "a push")
        try scene.notify()
        try await eventually("it is delivered") { receiver.requests.count == 1 }
        // Started again, so that the name is looked up again.
        #expect(scene.node.stop() == 0)
        try "127.0.0.2 ci.test\n".write(toFile: hosts, atomically: false, encoding: .utf8)
        try scene.node.start(environment: environment)
        try await scene.node.waitForState("SYNCHRONIZED")
        try await expectReason("127.0.0.2 is a loopback address; webhooks.allow does not list it", scene)
        #expect(receiver.requests.count == 1)
    }

    @Test func oversizedHead_IsNotRead() async throws {
        let scene = try Scene()
        let receiver = try RawReceiver { _ in
            [.send("HTTP/1.1 200 OK\r\n"), .sendForever("X-A: \(String(repeating: "x", count: 1024))\r\n", everyMilliseconds: 0)]
        }
        try scene.configure(webhooks: ["{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\" }"])
        try await scene.synchronized()
        try await expectReason("the head of the answer has more than 16384 bytes", scene)
    }

    @Test func oversizedBody_IsNotRead_AndTheStatusBeforeItCounts() async throws {
        let scene = try Scene()
        let receiver = try RawReceiver { _ in
            [
                .send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"),
                .sendForever("400\r\n\(String(repeating: "x", count: 1024))\r\n", everyMilliseconds: 0),
            ]
        }
        try scene.configure(webhooks: ["{ name: ci, url: \"http://127.0.0.1:\(receiver.port)/\" }"])
        try await scene.synchronized()
        try scene.upstream.commit("P/r", message: "a push")
        try scene.notify()
        try await eventually("it is delivered") { try scene.node.sql("SELECT count(*) FROM delivery WHERE state = 'delivered'") == "1" }
        #expect(receiver.requests.count == 1)
    }
}
