import HelioLoop
import TestSupport
import Testing

@testable import HelioFarm

/// What becomes of commands when a real Redis goes, hangs or throws its clients out.
@Suite(.timeLimit(.minutes(2))) struct RedisOutageTests {
    @Test func restart_IsNoticedAtOnce_AndOverWithinSeconds() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture in
            #expect(await fixture.outcome("SET", "k", "v").text == "OK")
            redis.kill()
            try await eventually("the loss is observed") { fixture.observed.losses.count == 1 }
            let began = ContinuousClock.now
            guard case .failure(.unavailable) = await fixture.outcome("GET", "k") else { return unexpected("answered by nobody") }
            #expect(ContinuousClock.now - began < .seconds(1), "at once")
            try await eventually("attempts fail") { !fixture.observed.failures.isEmpty }
            let refused = RedisError.unavailable("127.0.0.1:\(redis.port): connect failed: Connection refused")
            #expect(fixture.observed.failures.allSatisfy { $0 == refused })
            #expect(await fixture.outcome("GET", "k") == .failure(refused))
            try await redis.start()
            try await eventually(within: 8, "the client is connected") { await fixture.client.isConnected }
            #expect(try await fixture.client.send(RedisCommand("GET", "k")).isNull)
            #expect(fixture.observed.connections == 2)
        }
    }

    @Test func frozenServer_CostsOneDeadline_AndItsLateAnswersReachNobody() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port, timeout: .milliseconds(400))) { fixture in
            redis.freeze()
            async let first = fixture.outcome("ECHO", "first")
            async let second = fixture.outcome("ECHO", "second")
            let outcomes = await [first, second]
            #expect(outcomes.contains(.failure(.timedOut)))
            #expect(outcomes.allSatisfy { if case .failure = $0 { true } else { false } })
            #expect(fixture.observed.losses == [.timedOut])
            // The kernel of a frozen server still takes connections: the handshake is what fails.
            try await eventually("attempts fail") { fixture.observed.failures == [.timedOut] }
            redis.thaw()
            try await eventually("the client is connected") { await fixture.client.isConnected }
            for number in 0..<50 { #expect(await fixture.outcome("ECHO", RedisWord(number)).text == "\(number)") }
        }
    }

    @Test func killedConnection_IsMadeAgain() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture in
            try await ClientFixture.with(ClientFixture.configuration(redis.port)) { operatorsClient in
                for round in 1...3 {
                    _ = await operatorsClient.outcome("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
                    try await eventually("it is connected again") { fixture.observed.connections == round + 1 }
                }
            }
            #expect(fixture.observed.losses == [RedisError](repeating: .connectionLost("Redis hung up"), count: 3))
            #expect(await fixture.outcome("ECHO", "a").text == "a")
        }
    }

    @Test func pausedServer_CostsADeadline_AndNoMore() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port, timeout: .milliseconds(300))) { fixture in
            #expect(await fixture.outcome("CLIENT", "PAUSE", 1500, "ALL").text == "OK")
            #expect(await fixture.outcome("GET", "k") == .failure(.timedOut))
            try await eventually("it is connected again") { fixture.observed.connections == 2 }
            #expect(await fixture.outcome("ECHO", "a").text == "a")
        }
    }

    @Test func cancelledTask_ReturnsAtOnce_AndItsReplyGoesToNobodyElse() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture in
            for round in 0..<5 {
                let waiting = Task { await fixture.outcome("BLPOP", "nothing", 0) }
                try await eventually("Redis has it") { try redis.command(["INFO", "clients"]).contains("blocked_clients:1") }
                async let next = fixture.outcome("ECHO", RedisWord("next-\(round)"))
                waiting.cancel()
                #expect(await waiting.value == .failure(.cancelled))
                _ = try redis.command(["RPUSH", "nothing", "for nobody"])
                #expect(await next.text == "next-\(round)")
            }
            #expect(fixture.observed.all == [.connected])
        }
    }

    @Test func cancelledTask_SendsNothing() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture in
            let outcome = await Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return await fixture.outcome("SET", "k", "v")
            }.value
            #expect(outcome == .failure(.cancelled))
            #expect(await fixture.outcome("GET", "k") == .success(.bulk(nil)))
        }
    }

    @Test func replyThatIsTooLarge_EndsTheConnection_AndTheNextIsGood() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture in
            let mebibyte = [UInt8](repeating: 0x78, count: 1 << 20)
            for _ in 0..<5 { _ = try await fixture.client.send(RedisCommand("APPEND", "k", mebibyte)) }
            guard case .failure(.protocolViolation(let what)) = await fixture.outcome("GET", "k") else { return unexpected("read") }
            #expect(what.contains("limit"))
            try await eventually("it is connected again") { fixture.observed.connections == 2 }
            #expect(try await fixture.client.send(RedisCommand("STRLEN", "k")) == .integer(5 << 20))
        }
    }
}
