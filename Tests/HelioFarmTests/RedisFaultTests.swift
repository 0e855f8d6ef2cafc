import Foundation
import HelioLoop
import Synchronization
import TestSupport
import Testing

@testable import HelioFarm

/// What a sick server, or another program in its place, can do.
@Suite(.timeLimit(.minutes(2))) struct RedisFaultTests {
    /// A client of a server that answers `ECHO` like this, and all else politely.
    private func withAnswer(
        timeout: Duration = .seconds(10), _ answer: @escaping @Sendable (FaultyRedis.Request) -> [FaultyRedis.Step],
        _ body: (ClientFixture, FaultyRedis) async throws -> Void
    ) async throws {
        let server = try FaultyRedis { $0.name == "ECHO" ? answer($0) : FaultyRedis.politely($0) }
        try await ClientFixture.with(ClientFixture.configuration(server.port, timeout: timeout)) { try await body($0, server) }
    }

    static let violations: [(String, reason: String)] = [
        ("HTTP/1.1 400 Bad Request\r\n\r\n", "begins with H"), ("*2147483647\r\n", "limit"), ("$-2\r\n", "length -2"),
        (String(repeating: "*1\r\n", count: 100_000), "nested"), ("$3\r\nabcd\r\n", "longer than announced"),
        (String(repeating: "x", count: 100_000), "begins with x"), ("+" + String(repeating: "x", count: 100_000), "64 KiB"),
        (":one\r\n", "number"), ("\0\0\0\0", "begins with \\x00"),
    ]

    @Test(arguments: violations.indices) func violation_FailsTheCommand_AndTheConnectionIsMadeAgain(_ index: Int) async throws {
        let (answer, reason) = Self.violations[index]
        try await withAnswer { $0.connection == 0 ? [.send(answer), .hold] : FaultyRedis.politely($0) } _: { fixture, _ in
            let outcome = await fixture.outcome("ECHO", "a")
            guard case .failure(.protocolViolation(let what)) = outcome else { return unexpected("\(outcome)") }
            #expect(what.contains(reason))
            try await eventually("it is connected again") { fixture.observed.connections == 2 }
            #expect(fixture.observed.losses == [.protocolViolation(what)])
            #expect(await fixture.outcome("ECHO", "b").text == "b")
        }
    }

    @Test func doubledReply_EndsTheConnection_BeforeItAnswersAnythingElse() async throws {
        try await withAnswer { FaultyRedis.politely($0) + ($0.connection == 0 ? FaultyRedis.politely($0) : []) } _: { fixture, _ in
            #expect(await fixture.outcome("ECHO", "a").text == "a")
            try await eventually("it is connected again") { fixture.observed.connections == 2 }
            #expect(fixture.observed.losses == [.protocolViolation("a reply that nobody had asked for")])
            #expect(await fixture.outcome("ECHO", "b").text == "b")
        }
    }

    @Test func unaskedError_EndsTheConnection_AndItsWordsAreKept() async throws {
        try await withAnswer { FaultyRedis.politely($0) + ($0.connection == 0 ? [.send("-ERR good\u{7}bye\r\n")] : []) } _: { fixture, _ in
            #expect(await fixture.outcome("ECHO", "a").text == "a")
            try await eventually("it is connected again") { fixture.observed.connections == 2 }
            #expect(fixture.observed.losses == [.protocolViolation("an error that nobody had asked for: ERR good\\x07bye")])
        }
    }

    @Test func closedConnection_FailsEverythingInFlight() async throws {
        for last in [FaultyRedis.Step.close, .reset] {
            try await withAnswer { $0.words[1] == "1" ? [.send("$1\r\n1\r\n$2\r\n"), last] : [] } _: { fixture, _ in
                let expected = RedisError.connectionLost(last.isReset ? "recv failed: Connection reset by peer" : "Redis hung up")
                let commands = [RedisCommand("ECHO", "0"), RedisCommand("ECHO", "1")]
                await #expect(throws: expected) { try await fixture.client.send(commands) }
                #expect(fixture.observed.losses.first == expected)
            }
        }
    }

    @Test func tricklingReply_HasTheDeadlineOfTheWhole() async throws {
        let answer = "$1000000\r\n" + String(repeating: "x", count: 400)
        try await withAnswer(timeout: .milliseconds(400)) { _ in [.dribble(answer, everyMilliseconds: 10), .hold] } _: { fixture, _ in
            let began = ContinuousClock.now
            #expect(await fixture.outcome("ECHO", "a") == .failure(.timedOut))
            #expect(ContinuousClock.now - began < .seconds(3))
        }
    }

    @Test func slowReplies_AreReadWhole_WhenTheyComeInTime() async throws {
        try await withAnswer { _ in [.dribble("*2\r\n$3\r\na\r\n\r\n:-1\r\n", everyMilliseconds: 2)] } _: { fixture, _ in
            #expect(await fixture.outcome("ECHO", "a") == .success(.array([.bulk("a\r\n"), .integer(-1)])))
        }
    }

    @Test func firstOfManyThatTimesOut_TakesTheOthersWithIt() async throws {
        try await withAnswer(timeout: .milliseconds(300)) { _ in [.hold] } _: { fixture, _ in
            let outcomes = await withTaskGroup(of: Result<RESPValue, RedisError>.self) { group in
                for _ in 0..<20 { group.addTask { await fixture.outcome("ECHO", "b") } }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.contains(.failure(.timedOut)))
            #expect(outcomes.allSatisfy { outcome in
                switch outcome {
                case .failure(.timedOut), .failure(.connectionLost), .failure(.unavailable): true
                default: false
                }
            })
        }
    }

    static let refusals: [(String, RedisError.Refusal)] = [
        ("MOVED 3999 127.0.0.1:6381", .moved), ("MISCONF Errors writing to disk", .misconfigured), ("LOADING wait", .loading),
        ("OOM no", .outOfMemory), ("CLUSTERDOWN The cluster is down", .moved), ("weird \u{1}", .other),
    ]

    @Test(arguments: refusals.indices) func refusal_IsThrown_AndTheConnectionStays(_ index: Int) async throws {
        let (line, kind) = Self.refusals[index]
        try await withAnswer { _ in [.send("-\(line)\r\n")] } _: { fixture, _ in
            #expect(await fixture.outcome("ECHO", "a").refusal == kind)
            #expect(await fixture.outcome("ECHO", "b").refusal == kind)
            #expect(fixture.observed.all == [.connected])
        }
    }

    // MARK: Handshakes

    @Test func loadingServer_IsAskedAgain_UntilItHasLoaded() async throws {
        let server = try FaultyRedis { request in
            request.connection < 3 && request.name == "PING" ? [.send("-LOADING Redis is loading\r\n")] : FaultyRedis.politely(request)
        }
        try await ClientFixture.with(ClientFixture.configuration(server.port), connected: false) { fixture in
            try await eventually("it is connected") { await fixture.client.isConnected }
            #expect(fixture.observed.all == [.failed(.refused(.loading, "LOADING Redis is loading")), .connected], "told once")
            #expect(server.connections == 4)
        }
    }

    @Test func wrongPassword_IsNotTriedAgain_ForThreeSeconds() async throws {
        let server = try FaultyRedis { $0.name == "AUTH" ? [.send("-WRONGPASS no\r\n")] : FaultyRedis.politely($0) }
        var configuration = ClientFixture.configuration(server.port)
        configuration.password = { "p" }
        try await ClientFixture.with(configuration, connected: false) { fixture in
            try await eventually("it is observed") { fixture.observed.failures == [.refused(.noAuth, "WRONGPASS no")] }
            try await Pace.take(.milliseconds(2500))
            #expect(server.connections == 1)
        }
    }

    @Test func silentServer_FailsTheAttempt_AtTheDeadline() async throws {
        let server = try FaultyRedis { _ in [.hold] }
        try await ClientFixture.with(ClientFixture.configuration(server.port, timeout: .milliseconds(200)), connected: false) { fixture in
            try await eventually("attempts go on") { server.connections >= 3 }
            #expect(fixture.observed.all == [.failed(.timedOut)])
        }
    }

    @Test func serverThatHangsUpAtOnce_IsNotCalledWithoutPause() async throws {
        let server = try FaultyRedis { $0.name == "PING" ? [.send("+PONG\r\n"), .close] : FaultyRedis.politely($0) }
        try await ClientFixture.with(ClientFixture.configuration(server.port), connected: false) { _ in
            try await eventually("it is called") { server.connections >= 2 }
            try await Pace.take(.seconds(3))
            #expect(server.connections < 20, "the delay grows although each handshake is well")
        }
    }

    @Test func otherProtocol_IsAFailureOfTheAttempt() async throws {
        let http = try FaultyRedis { _ in [.send("HTTP/1.1 400 Bad Request\r\n\r\n"), .close] }
        try await ClientFixture.with(ClientFixture.configuration(http.port), connected: false) { fixture in
            try await eventually("it is observed") { !fixture.observed.failures.isEmpty }
            #expect(fixture.observed.failures.first == .protocolViolation("a reply that begins with H"))
        }
    }

    @Test func blackHole_FailsTheAttempt_AtTheDeadline() async throws {
        let hole = try BlackHole()
        var configuration = ClientFixture.configuration(hole.port)
        configuration.connectTimeout = .milliseconds(300)
        try await ClientFixture.with(configuration, connected: false) { fixture in
            try await eventually("it is observed") { !fixture.observed.failures.isEmpty }
            #expect(fixture.observed.failures == [.unavailable("127.0.0.1:\(hole.port): connect failed: Connection timed out")])
        }
    }

    // MARK: Names

    @Test func name_IsTriedAtEachOfItsAddresses() async throws {
        let server = try FaultyRedis { FaultyRedis.politely($0) }
        let resolver: HostLookup.Resolver = { _ in .success(["not an address", "127.0.0.2", "127.0.0.1"]) }
        try await ClientFixture.with(ClientFixture.configuration(server.port, host: "redis.example"), resolver: resolver) { fixture in
            #expect(fixture.observed.all == [.connected])
        }
    }

    @Test func failure_NamesEveryAddress() async throws {
        let port = try Ports.free()
        let resolver: HostLookup.Resolver = { _ in .success(["127.0.0.2", "127.0.0.1"]) }
        let configuration = ClientFixture.configuration(port, host: "redis.example")
        try await ClientFixture.with(configuration, resolver: resolver, connected: false) { fixture in
            try await eventually("it is observed") { !fixture.observed.failures.isEmpty }
            let refused = "connect failed: Connection refused"
            #expect(fixture.observed.failures == [.unavailable("127.0.0.2:\(port): \(refused); 127.0.0.1:\(port): \(refused)")])
        }
    }

    @Test func secondAddress_IsTried_WhenTheFirstConnectsAndIsSick() async throws {
        let server = try FaultyRedis { $0.connection == 0 ? [.send("-LOADING wait\r\n")] : FaultyRedis.politely($0) }
        let resolver: HostLookup.Resolver = { _ in .success(["127.0.0.1", "127.0.0.1"]) }
        try await ClientFixture.with(ClientFixture.configuration(server.port, host: "redis.example"), resolver: resolver) { fixture in
            #expect(fixture.observed.all == [.connected])
            #expect(server.connections == 2)
        }
    }

    @Test func nameWithoutAddress_IsAFailureOfTheAttempt() async throws {
        let resolver: HostLookup.Resolver = { .failure(.unavailable("\($0): Name or service not known")) }
        let configuration = ClientFixture.configuration(1, host: "redis.example")
        try await ClientFixture.with(configuration, resolver: resolver, connected: false) { fixture in
            try await eventually("it is observed") { !fixture.observed.failures.isEmpty }
            #expect(fixture.observed.failures == [.unavailable("redis.example: Name or service not known")])
        }
    }

    @Test func hangingResolver_BlocksNeitherTheLoopNorASecondThread_AndItsLateAnswerIsUsed() async throws {
        let server = try FaultyRedis { FaultyRedis.politely($0) }
        let calls = Atomic(0)
        let isOpen = Atomic(false)
        let resolver: HostLookup.Resolver = { _ in
            calls.add(1, ordering: .relaxed)
            while !isOpen.load(ordering: .relaxed) { Pace.block(milliseconds: 2) }
            return .success(["127.0.0.1"])
        }
        var configuration = ClientFixture.configuration(server.port, host: "redis.example")
        configuration.connectTimeout = .milliseconds(50)
        try await ClientFixture.with(configuration, resolver: resolver, connected: false) { fixture in
            try await eventually("it is observed") { !fixture.observed.failures.isEmpty }
            for _ in 0..<100 {
                let began = ContinuousClock.now
                guard case .failure(.unavailable) = await fixture.outcome("PING") else { return unexpected("another outcome") }
                #expect(ContinuousClock.now - began < .seconds(1))
                try await Pace.take(.milliseconds(5))
            }
            #expect(fixture.observed.failures.count == 1)
            #expect(fixture.observed.failures[0].description.contains("redis.example cannot be looked up"))
            let before = calls.load(ordering: .relaxed)
            isOpen.store(true, ordering: .relaxed)
            try await eventually("it is connected") { await fixture.client.isConnected }
            let after = calls.load(ordering: .relaxed)
            #expect(before == 1 && after == 1)
        }
    }

    @Test func systemResolver_KnowsThisMachine_AndNumbersAreNotLookedUp() throws {
        let addresses = try HostLookup.system("localhost").get()
        #expect(addresses.contains("127.0.0.1") || addresses.contains("::1"))
        #expect(HostLookup.addresses(of: "localhost") == ["127.0.0.1", "::1"])
        #expect(HostLookup.addresses(of: "10.0.0.1") == ["10.0.0.1"] && HostLookup.addresses(of: "fe80::1") == ["fe80::1"])
        #expect(HostLookup.addresses(of: "redis") == nil && HostLookup.addresses(of: "") == nil)
    }
}

extension FaultyRedis.Step {
    fileprivate var isReset: Bool { if case .reset = self { true } else { false } }
}
