import HelioLoop
import Synchronization
import TestSupport
import Testing

@testable import HelioFarm

@Suite(.timeLimit(.minutes(2))) struct RedisSubscriberTests {
    /// The hints of a subscriber, in the order in which they came.
    private final class Heard: Sendable {
        private let hints = Mutex<[RedisHint]>([])
        private let isOver = Atomic(false)

        var all: [RedisHint] { hints.withLock { $0 } }
        var hasEnded: Bool { isOver.load(ordering: .acquiring) }
        var subscriptions: Int { all.count { $0 == .subscribed } }

        func listen(to stream: AsyncStream<RedisHint>) {
            Task {
                for await hint in stream { hints.withLock { $0.append(hint) } }
                isOver.store(true, ordering: .releasing)
            }
        }
    }

    private func with(
        _ port: UInt16, silence: RedisSubscriber.Silence = .init(), listening: Bool = true,
        _ body: (RedisSubscriber, Heard, Observed) async throws -> Void
    ) async throws {
        let loop = try EventLoop.start()
        defer { loop.stop() }
        let observed = Observed()
        let subscriber = RedisSubscriber(
            loop: loop, configuration: ClientFixture.configuration(port), channel: "farm", seed: 1, silence: silence) { observed.note($0) }
        let heard = Heard()
        if listening { heard.listen(to: subscriber.hints) }
        await subscriber.start()
        do {
            try await body(subscriber, heard, observed)
        } catch {
            await subscriber.stop()
            throw error
        }
        await subscriber.stop()
        if listening { try await eventually("the hints end") { heard.hasEnded } }
    }

    private func message(_ text: String) -> RedisHint { .message(Array(text.utf8)) }

    @Test func messages_AreHeard_AndLongOnesDropped() async throws {
        let redis = try await RealRedis()
        try await with(redis.port) { _, heard, _ in
            try await eventually("it is subscribed") { heard.all == [.subscribed] }
            try await ClientFixture.with(ClientFixture.configuration(redis.port)) { publisher in
                for payload in ["a\r\nb", String(repeating: "x", count: 4097), "", String(repeating: "y", count: 4096)] {
                    #expect(await publisher.outcome("PUBLISH", "farm", RedisWord(payload)) == .success(.integer(1)))
                }
                _ = await publisher.outcome("PUBLISH", "other", "no")
            }
            let expected = [.subscribed, message("a\r\nb"), message(""), message(String(repeating: "y", count: 4096))]
            try await eventually("all are heard") { heard.all == expected }
        }
    }

    @Test func subscription_IsMadeAgain_AfterEachLoss() async throws {
        let redis = try await RealRedis()
        try await with(redis.port) { _, heard, observed in
            try await eventually("it is subscribed") { heard.subscriptions == 1 }
            try await ClientFixture.with(ClientFixture.configuration(redis.port)) { publisher in
                for round in 2...3 {
                    #expect(await publisher.outcome("CLIENT", "KILL", "TYPE", "pubsub") == .success(.integer(1)))
                    try await eventually("it is subscribed again") { heard.subscriptions == round }
                    _ = await publisher.outcome("PUBLISH", "farm", RedisWord(round))
                    try await eventually("the message is heard") { heard.all.last == message("\(round)") }
                }
            }
            redis.kill()
            try await eventually("the loss is observed") { observed.losses.count == 3 }
            try await redis.start()
            try await eventually("it is subscribed again") { heard.subscriptions == 4 }
        }
    }

    @Test func forbiddenChannel_IsObserved() async throws {
        let redis = try await RealRedis("--user", "default", "on", "nopass", "~*", "resetchannels", "+@all")
        try await with(redis.port) { _, heard, observed in
            try await eventually("it is observed") { !observed.failures.isEmpty }
            guard case .refused(.noPermission, _)? = observed.failures.first else { return unexpected("\(observed.all)") }
            #expect(heard.all.isEmpty)
        }
    }

    @Test func silence_IsAskedAbout_AndARealServerAnswers() async throws {
        let redis = try await RealRedis()
        try await with(redis.port, silence: .init(ping: .milliseconds(50), limit: .seconds(2))) { _, heard, observed in
            try await eventually("it is subscribed") { heard.subscriptions == 1 }
            try await Pace.take(.seconds(3))
            #expect(observed.all == [.connected])
        }
    }

    @Test func silentServer_IsLeft_AfterItWasAsked() async throws {
        let server = try FaultyRedis { request in
            FaultyRedis.politely(request) + (request.name == "SUBSCRIBE" ? [.hold] : [])
        }
        try await with(server.port, silence: .init(ping: .milliseconds(100), limit: .milliseconds(400))) { _, heard, observed in
            try await eventually("it is subscribed again") { heard.subscriptions >= 2 }
            #expect(observed.losses.first == .timedOut)
        }
        #expect(server.requests.filter { $0.connection == 0 }.map(\.name) == ["CLIENT", "ROLE", "PING", "SUBSCRIBE"], "what came then was not read")
    }

    @Test func pings_AreSent_OneForEachSilence() async throws {
        let server = try FaultyRedis { request in
            let isPing = request.name == "PING" && request.connection == 0
            return isPing ? [.send("+PONG\r\n")] : FaultyRedis.politely(request)
        }
        try await with(server.port, silence: .init(ping: .milliseconds(100), limit: .seconds(10))) { _, heard, observed in
            try await eventually("it is subscribed") { heard.subscriptions >= 1 }
            // A subscriber's PING is answered in another form; this server does not know that.
            try await eventually("the violation is observed") { !observed.losses.isEmpty }
            #expect(observed.losses.first == .protocolViolation("a reply that nobody had asked for"))
        }
        #expect(server.requests.filter { $0.connection == 0 }.count { $0.name == "PING" } == 2)
    }

    static let wrong = [
        "+OK\r\n", ":1\r\n", "$-1\r\n", "*-1\r\n", "*0\r\n", "*1\r\n$7\r\nmessage\r\n", "*3\r\n$7\r\nmessage\r\n$5\r\nother\r\n$1\r\nx\r\n",
        "*3\r\n$7\r\nmessage\r\n$4\r\nfarm\r\n$-1\r\n", "*3\r\n$7\r\nmessage\r\n$4\r\nfarm\r\n:1\r\n", "*3\r\n:1\r\n:2\r\n:3\r\n",
        "nonsense",
        "*4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$4\r\nfarm\r\n$1\r\nx\r\n", "-ERR no\r\n",
    ]

    @Test(arguments: wrong) func nonsense_EndsTheConnection_AndIsNoHint(_ text: String) async throws {
        let server = try FaultyRedis { request in
            FaultyRedis.politely(request) + (request.name == "SUBSCRIBE" && request.connection == 0 ? [.send(text)] : [])
        }
        try await with(server.port) { _, heard, observed in
            try await eventually("it is subscribed again") { heard.subscriptions == 2 }
            #expect(heard.all == [.subscribed, .subscribed])
            guard case .protocolViolation? = observed.losses.first else { return unexpected("\(observed.all)") }
        }
    }

    @Test func newestHints_AreKept_WhileNobodyReads() async throws {
        let flood = (0..<1000).map { "*3\r\n$7\r\nmessage\r\n$4\r\nfarm\r\n$\("\($0)".count)\r\n\($0)\r\n" }.joined()
        let server = try FaultyRedis { request in
            FaultyRedis.politely(request) + (request.name == "SUBSCRIBE" ? [.send(flood), .close] : [])
        }
        try await with(server.port, listening: false) { subscriber, heard, observed in
            try await eventually("the end is seen") { !observed.losses.isEmpty }
            await subscriber.stop()
            heard.listen(to: subscriber.hints)
            try await eventually("the hints end") { heard.hasEnded }
            #expect(heard.all.count == 256)
            #expect(heard.all.contains(message("999")) && !heard.all.contains(message("0")))
        }
    }
}
