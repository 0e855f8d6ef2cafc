import HelioLoop
import TestSupport
import Testing

@testable import HelioClient

/// Receivers as they should be, and as they should not.
@Suite struct ClientTests {
    let loop: EventLoop
    let client: HTTPClient

    init() throws {
        loop = try EventLoop.start()
        var limits = HTTPClient.Configuration()
        limits.connectLimit = .milliseconds(800)
        limits.totalLimit = .milliseconds(1200)
        client = try HTTPClient(loop: loop, limits)
    }

    private func post(
        _ receiver: RawReceiver, path: String = "/", headers: [(name: String, value: String)] = [], body: String = "{}",
        allow: String = "127.0.0.0/8"
    ) async throws -> Result<Answer, DeliveryFailure> {
        try await client.post(
            OutboundRequest(
                url: "http://127.0.0.1:\(receiver.port)\(path)", headers: headers, body: Array(body.utf8),
                addresses: AddressPolicy(allow: [Network(parsing: allow)])))
    }

    @Test func request_ArrivesAsItWasGiven() async throws {
        let receiver = try RawReceiver { _ in RawReceiver.answer("204 No Content") }
        let body = String(repeating: "\u{E9}\"\\\u{1}", count: 400_000)
        let result = try await post(receiver, path: "/a?b=c", headers: [("X-Event-Key", "a:b"), ("X-Empty", "")], body: body)
        #expect(result == .success(Answer(status: 204, retryAfter: nil)))
        let request = try #require(receiver.requests.first)
        #expect(request.head.hasPrefix("POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:\(receiver.port)\r\n"))
        #expect(request.header("X-Event-Key") == "a:b" && request.head.contains("\r\nX-Empty:"))
        #expect(request.header("Expect") == nil && request.header("Accept-Encoding") == nil)
        #expect(request.body == Array(body.utf8))
    }

    @Test func connection_IsUsedAgain() async throws {
        let receiver = try RawReceiver { _ in RawReceiver.answer("200 OK", body: "thanks") }
        for _ in 0..<20 { _ = try await post(receiver).get() }
        #expect(receiver.connections == 1 && receiver.requests.count == 20)
    }

    @Test func request_GoesByANewConnection_WhenTheKeptOneWasClosed() async throws {
        let receiver = try RawReceiver { _ in RawReceiver.answer("200 OK") + [.close] }
        for _ in 0..<5 { #expect(try await post(receiver).get().status == 200) }
        #expect(receiver.connections == 5)
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func redirect_IsAnAnswer_AndNotFollowed(status: Int) async throws {
        let target = try RawReceiver { _ in RawReceiver.answer("200 OK") }
        let receiver = try RawReceiver { _ in
            RawReceiver.answer("\(status) Moved", "Location: http://127.0.0.1:\(target.port)/\r\n")
        }
        #expect(try await post(receiver).get().status == status)
        #expect(target.connections == 0)
    }

    @Test func retryAfter_IsToldAsItCame_AndCut() async throws {
        let receiver = try RawReceiver { request in
            RawReceiver.answer("503 Busy", "Retry-After: \(request.head.hasPrefix("POST /long") ? String(repeating: "9", count: 500) : "1e12")\r\n")
        }
        #expect(try await post(receiver).get() == Answer(status: 503, retryAfter: "1e12"))
        #expect(try await post(receiver, path: "/long").get().retryAfter?.count == 100)
    }

    @Test func answer_OfAnEarlierRequest_IsNotTaken() async throws {
        // Informational answers first, with headers of their own.
        let receiver = try RawReceiver { _ in
            [.send("HTTP/1.1 103 Early\r\nRetry-After: 5\r\n\r\n"), .pause(milliseconds: 20)] + RawReceiver.answer("200 OK")
        }
        #expect(try await post(receiver).get() == Answer(status: 200, retryAfter: nil))
    }

    @Test func slowHeads_AreGivenUp() async throws {
        let steps: [[RawReceiver.Step]] = [
            [.hold], [.send("HTTP/1.1 200 OK\r\nX-A: "), .sendForever("a", everyMilliseconds: 100)],
            [.send("HTTP/1.1 500 No\r\nContent-Length: 1000\r\n\r\n"), .sendForever("a", everyMilliseconds: 100)],
        ]
        for step in steps {
            let receiver = try RawReceiver { _ in step }
            #expect(try await post(receiver) == .failure(.timedOut(.milliseconds(1200))))
        }
        #expect(await client.underway == 0)
    }

    @Test func longHead_IsAFailure_WhateverTheStatus() async throws {
        let heads = try RawReceiver { _ in
            [.send("HTTP/1.1 200 OK\r\n"), .sendForever("X-A: \(String(repeating: "x", count: 1000))\r\n", everyMilliseconds: 0)]
        }
        #expect(try await post(heads) == .failure(.answerTooLarge(limit: 16_384)))
        let informed = try RawReceiver { _ in [.sendForever("HTTP/1.1 100 Continue\r\n\r\n", everyMilliseconds: 0)] }
        #expect(try await post(informed) == .failure(.answerTooLarge(limit: 16_384)))
    }

    /// A receiver that has begun a build and then tells much of it is not asked to begin another.
    @Test(arguments: [200, 410, 500]) func longBody_IsNotReadToItsEnd_AndTheStatusCounts(status: Int) async throws {
        let piece = String(repeating: "x", count: 1024)
        let bodies = [
            ("Content-Length: 99999999\r\n\r\n", piece), ("Transfer-Encoding: chunked\r\n\r\n", "400\r\n\(piece)\r\n"),
            ("Transfer-Encoding: chunked\r\n\r\n0\r\n", "X-A: \(piece)\r\n"), ("\r\n", piece),
        ]
        for (start, rest) in bodies {
            let receiver = try RawReceiver { _ in
                [.send("HTTP/1.1 \(status) So\r\nRetry-After: 7\r\n\(start)"), .sendForever(rest, everyMilliseconds: 0)]
            }
            #expect(try await post(receiver) == .success(Answer(status: status, retryAfter: "7")), "\(start)")
            _ = try await post(receiver)
            #expect(receiver.connections == 2, "a connection on which there is more is not used again")
        }
    }

    @Test func acceptedAndCutOff_IsAccepted() async throws {
        let receiver = try RawReceiver { _ in [.send("HTTP/1.1 202 Accepted\r\nContent-Length: 100\r\n\r\nxx"), .reset] }
        #expect(try await post(receiver).get().status == 202)
        let streaming = try RawReceiver { _ in
            [.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), .sendForever("2\r\nok\r\n", everyMilliseconds: 50)]
        }
        #expect(try await post(streaming).get().status == 200)
        let refused = try RawReceiver { _ in [.send("HTTP/1.1 500 No\r\nContent-Length: 100\r\n\r\nxx"), .reset] }
        guard case .failure(.broken) = try await post(refused) else {
            Issue.record("a cut 500 is no answer")
            return
        }
    }

    @Test func noAnswer_IsAFailure() async throws {
        let steps: [[RawReceiver.Step]] = [
            [.reset], [.close], [.send("HTTP/1.1 200 OK\r\nContent-Length: 5"), .close], [.send("SSH-2.0-OpenSSH\r\n"), .close],
            [.send("HTTP/1.1 100 Continue\r\n\r\n"), .close], [.send("HTTP/1.1 abc\r\n\r\n"), .close],
        ]
        for (index, step) in steps.enumerated() {
            let receiver = try RawReceiver { _ in step }
            guard case .failure(.broken(let reason)) = try await post(receiver) else {
                Issue.record("steps \(index) made an answer")
                continue
            }
            #expect(!reason.isEmpty)
        }
    }

    @Test func addresses_AreLookedAt_WhenConnecting_AndWhenAConnectionIsUsedAgain() async throws {
        let receiver = try RawReceiver { _ in RawReceiver.answer("200 OK") }
        let refusal = DeliveryFailure.refusedAddress("127.0.0.1 is a loopback address; webhooks.allow does not list it")
        #expect(try await post(receiver, allow: "10.0.0.0/8") == .failure(refusal))
        #expect(receiver.connections == 0)
        #expect(try await post(receiver).get().status == 200)
        #expect(try await post(receiver, allow: "10.0.0.0/8") == .failure(refusal))
        #expect(receiver.requests.count == 1)
    }

    @Test(arguments: [
        "localhost", "127.1", "0x7f000001", "2130706433", "0177.0.0.1", "0", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[fe80::1%25lo]",
        "[64:ff9b::7f00:1]",
    ])
    func names_DoNotHideAnAddress(host: String) async throws {
        let receiver = try RawReceiver { _ in RawReceiver.answer("200 OK") }
        let result = await client.post(
            OutboundRequest(url: "http://\(host):\(receiver.port)/", headers: [], body: [], addresses: AddressPolicy()))
        guard case .failure(.refusedAddress) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(receiver.connections == 0)
    }

    @Test func closedPort_SaysSo() async throws {
        let port = try RawReceiver { _ in [] }.port
        let result = await client.post(
            OutboundRequest(
                url: "http://127.0.0.1:\(port)/secret", headers: [], body: [], addresses: AddressPolicy(allow: [Network(constant: "127.0.0.1")])))
        guard case .failure(.noConnection(let reason)) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(reason.contains("127.0.0.1") && !reason.contains("secret"))
    }

    @Test func unknownName_SaysSo() async throws {
        let result = await client.post(OutboundRequest(url: "http://nobody.invalid/", headers: [], body: [], addresses: AddressPolicy()))
        guard case .failure(.noConnection(let reason)) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(reason.contains("nobody.invalid"))
    }

    @Test func silentHost_HoldsUpNobody() async throws {
        let silent = try RawReceiver { _ in [.hold] }
        let quick = try RawReceiver { _ in RawReceiver.answer("200 OK") }
        async let waiting = withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<100 { group.addTask { _ = try await post(silent) } }
            try await group.waitForAll()
        }
        try await eventually("all wait") { await client.underway == 100 }
        for _ in 0..<20 { #expect(try await post(quick).get().status == 200) }
        #expect(await client.underway == 100)
        try await waiting
    }

    @Test func cancelling_EndsTheRequest() async throws {
        let receiver = try RawReceiver { _ in [.hold] }
        let task = Task { try await post(receiver) }
        try await eventually("it is sent") { receiver.requests.count == 1 }
        task.cancel()
        #expect(try await task.value == .failure(.cancelled))
        #expect(await client.underway == 0)
    }

    @Test func closing_EndsAllOfThem() async throws {
        let receiver = try RawReceiver { _ in [.hold] }
        let task = Task { try await post(receiver) }
        try await eventually("it is sent") { receiver.requests.count == 1 }
        client.close()
        #expect(try await task.value == .failure(.cancelled))
        #expect(try await post(receiver) == .failure(.cancelled))
    }
}
