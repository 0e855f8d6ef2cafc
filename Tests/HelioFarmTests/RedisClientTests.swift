import HelioLoop
import Synchronization
import TestSupport
import Testing

@testable import HelioFarm

/// Against a real Redis.
@Suite(.timeLimit(.minutes(2))) struct RedisClientTests {
    @Test func commands_AreAnswered_WhateverTheirWordsHold() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture async throws in
            let value = (0...255).map { UInt8($0) } + Array("\r\n$-1\r\n*1\r\n".utf8)
            #expect(try await fixture.client.send(RedisCommand("SET", "k\r\n", value)) == .simple("OK"))
            #expect(try await fixture.client.send(RedisCommand("GET", "k\r\n")).bytes == value)
            #expect(try await fixture.client.send(RedisCommand("GET", "")).isNull)
            #expect(try await fixture.client.send(RedisCommand("INCRBY", "n", Int64.max)).integer == .max)
            #expect(try await fixture.client.send(RedisCommand("MGET", "n", "none")).array == [.bulk("9223372036854775807"), .bulk(nil)])
            #expect(fixture.observed.all == [.connected])
        }
    }

    @Test func script_GetsItsKeysAndArguments_AndErrorsWithinArraysStayValues() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture in
            let script = "return {KEYS[1], KEYS[2], ARGV[1], redis.error_reply('ERR inside'), {1, {}}, false}"
            let reply = try await fixture.client.eval(script, keys: ["a", "b"], arguments: [[0xFF, 0]])
            let expected: [RESPValue] = [
                .bulk("a"), .bulk("b"), .bulk([0xFF, 0]), .error(Array("ERR inside".utf8)), .array([.integer(1), .array([])]), .bulk(nil),
            ]
            #expect(reply.array == expected)
            #expect(await fixture.outcome(.eval("return nonsense()", keys: [], arguments: [])).refusal == .other)
        }
    }

    @Test func pipelinedCommands_AreAnsweredInOrder_ErrorsAmongThem() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture in
            let replies = try await fixture.client.send(
                [RedisCommand("SET", "k", "v"), RedisCommand("INCR", "k"), RedisCommand("GET", "k")])
            #expect(replies.count == 3 && replies[0] == .simple("OK") && replies[2] == .bulk("v"))
            guard case .error(let line) = replies[1] else { return unexpected("\(replies)") }
            #expect(RedisError(refusal: line).description.contains("not an integer"))
            #expect(try await fixture.client.send([]) == [])
        }
    }

    @Test func tenThousandCommands_AreAnsweredInOrder() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture in
            for batch in 0..<10 {
                let numbers = (batch * 1000)..<(batch * 1000 + 1000)
                let replies = try await fixture.client.send(numbers.map { RedisCommand("ECHO", $0) })
                #expect(replies == numbers.map { .bulk("\($0)") })
            }
            // From many tasks at once, fewer than may be in flight.
            let wrong = await withTaskGroup(of: Int.self) { group in
                for task in 0..<100 {
                    group.addTask {
                        var wrong = 0
                        for number in 0..<100 {
                            let word = "\(task)-\(number)"
                            if await fixture.outcome("ECHO", RedisWord(word)).text != word { wrong += 1 }
                        }
                        return wrong
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(wrong == 0)
            #expect(fixture.observed.all == [.connected])
        }
    }

    @Test func commandsBeyondTheLimits_FailAtOnce_AndTheRestGoesOn() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture async throws in
            let many = (0..<1025).map { RedisCommand("ECHO", $0) }
            let tooMany = RedisError.unavailable("more than 1024 commands would wait for their replies")
            await #expect(throws: tooMany) { try await fixture.client.send(many) }
            let large = RedisCommand("ECHO", [UInt8](repeating: 0, count: 8 << 20))
            let tooLarge = RedisError.unavailable("more than 8 MiB of commands would wait for their replies")
            #expect(await fixture.outcome(large) == .failure(tooLarge))
            #expect(try await fixture.client.send(Array(many.prefix(1024))).count == 1024)
        }
    }

    @Test func longCommands_GoOutWholly_ThoughNoSocketTakesThemAtOnce() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture async throws in
            let value = (0..<(3 << 20)).map { UInt8(truncatingIfNeeded: $0 &* 31) }
            // Nobody reads until the kernel has no more room for them.
            redis.freeze()
            async let first = fixture.client.send([RedisCommand("SET", "a", value), RedisCommand("GET", "a")])
            async let second = fixture.client.send([RedisCommand("SET", "b", value), RedisCommand("STRLEN", "b")])
            try await Pace.take(.milliseconds(500))
            redis.thaw()
            #expect(try await first.last?.bytes == value)
            #expect(try await second.last == .integer(3 << 20))
        }
    }

    @Test func database_AndName_AreTheConfiguredOnes() async throws {
        let redis = try await RealRedis()
        var configuration = ClientFixture.configuration(redis.port, host: "localhost")
        configuration.database = 3
        configuration.clientName = "node-a"
        try await ClientFixture.with(configuration) { fixture in
            let line = await fixture.outcome("CLIENT", "INFO").text ?? ""
            #expect(line.contains(" db=3 ") && line.contains(" name=node-a "))
        }
    }

    @Test func missingDatabase_IsAFailureOfTheAttempt() async throws {
        let redis = try await RealRedis()
        var configuration = ClientFixture.configuration(redis.port)
        configuration.database = 16
        try await ClientFixture.with(configuration, connected: false) { fixture in
            try await eventually("it is observed") { !fixture.observed.failures.isEmpty }
            #expect(fixture.observed.failures == [.refused(.other, "ERR DB index is out of range")])
        }
    }

    @Test func password_IsReadAtEachAttempt_AndAWrongOneIsNotTriedOften() async throws {
        let redis = try await RealRedis("--requirepass", "right")
        let password = Mutex<String?>(nil)
        let reads = Mutex(0)
        var configuration = ClientFixture.configuration(redis.port)
        configuration.password = {
            reads.withLock { $0 += 1 }
            return password.withLock { $0 }
        }
        try await ClientFixture.with(configuration, connected: false) { fixture in
            try await eventually("the missing password is observed") { !fixture.observed.failures.isEmpty }
            password.withLock { $0 = "wrong" }
            let began = ContinuousClock.now
            try await eventually("the wrong password is observed") { fixture.observed.failures.count == 2 }
            #expect(ContinuousClock.now - began > .milliseconds(2500))
            let words = fixture.observed.failures.map(\.description)
            #expect(words[0].contains("NOAUTH") && words[1].contains("WRONGPASS") && !words[1].contains("wrong "))
            guard case .failure(.unavailable(let why)) = await fixture.outcome("PING") else { return unexpected("another outcome") }
            #expect(why.contains("WRONGPASS"))
            password.withLock { $0 = "right" }
            try await eventually("the client is connected") { await fixture.client.isConnected }
            #expect(reads.withLock { $0 } == 3)
        }
    }

    @Test func user_MayDoWhatTheServerAllows() async throws {
        let redis = try await RealRedis("--user", "node", "on", ">secret", "~heliostat:*", "+get", "+set", "+ping")
        var configuration = ClientFixture.configuration(redis.port)
        configuration.username = "node"
        configuration.password = { "secret" }
        try await ClientFixture.with(configuration) { fixture in
            #expect(await fixture.outcome("SET", "heliostat:a", "1") == .success(.simple("OK")))
            #expect(await fixture.outcome("SET", "other", "1").refusal == .noPermission)
            #expect(await fixture.outcome("DEL", "heliostat:a").refusal == .noPermission)
            #expect(fixture.observed.all == [.connected])
        }
    }

    @Test func passwordThatCannotBeRead_IsAFailureOfTheAttempt() async throws {
        var configuration = ClientFixture.configuration(try Ports.free())
        configuration.password = { throw NeverHappened("no such file") }
        try await ClientFixture.with(configuration, connected: false) { fixture in
            try await eventually("it is observed") { !fixture.observed.failures.isEmpty }
            #expect(fixture.observed.failures == [.unavailable("the password cannot be read: no such file")])
        }
    }

    @Test func refusals_OfARealServer_AreTyped() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture in
            _ = try await fixture.client.send(RedisCommand("LPUSH", "list", 1))
            #expect(await fixture.outcome("GET", "list").refusal == .wrongType)
            #expect(await fixture.outcome("EVALSHA", RedisWord(String(repeating: "0", count: 40)), 0).refusal == .noScript)
            _ = try await fixture.client.send(RedisCommand("CONFIG", "SET", "maxmemory", 1))
            #expect(await fixture.outcome("SET", "k", "v").refusal == .outOfMemory)
            _ = try await fixture.client.send(RedisCommand("CONFIG", "SET", "maxmemory", 0))
            #expect(fixture.observed.all == [.connected])
        }
    }

    /// After a failover: the connection still stands, and leads to nowhere useful.
    @Test func replica_IsLeft_AndNotTakenAgain_UntilItIsAMaster() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture in
            _ = try await fixture.client.send(RedisCommand("REPLICAOF", "127.0.0.1", 1))
            #expect(await fixture.outcome("SET", "k", "v").refusal == .readOnly)
            try await eventually("it is told what is wrong") { fixture.observed.failures == [.refused(.readOnly, "it is a replica")] }
            #expect(await fixture.client.isConnected == false)
            _ = try redis.command(["REPLICAOF", "NO", "ONE"])
            try await eventually("it is used again") { await fixture.client.isConnected }
            #expect(await fixture.outcome("SET", "k", "v").text == "OK")
        }
    }

    @Test func replicaWithoutItsMaster_IsLeftToo() async throws {
        let redis = try await RealRedis()
        try await ClientFixture.with(ClientFixture.configuration(redis.port)) { fixture in
            _ = try redis.command(["CONFIG", "SET", "replica-serve-stale-data", "no"])
            _ = try redis.command(["REPLICAOF", "127.0.0.1", "1"])
            #expect(await fixture.outcome("GET", "k").refusal == .readOnly)
            #expect(fixture.observed.losses.count == 1)
        }
    }

    @Test func busyScript_IsTyped_AndEndsWithTheScript() async throws {
        let redis = try await RealRedis("--busy-reply-threshold", "20")
        let configuration = ClientFixture.configuration(redis.port)
        try await ClientFixture.with(configuration) { busy in
            try await ClientFixture.with(configuration) { connected in
                async let script = busy.outcome(.eval("while true do end", keys: [], arguments: []))
                try await eventually("it runs") { await connected.outcome("GET", "k").refusal == .busy }
                try await ClientFixture.with(configuration, connected: false) { other in
                    let isBusy = { if case .refused(.busy, _) = $0 { true } else { false } } as (RedisError) -> Bool
                    try await eventually("the attempt is refused") { other.observed.failures.contains(where: isBusy) }
                    #expect(await connected.outcome("GET", "k").refusal == .busy)
                    #expect(await connected.outcome("SCRIPT", "KILL").text == "OK")
                    try await eventually("it connects") { await other.client.isConnected }
                }
                #expect(await script.refusal == .other)
            }
        }
    }
}
