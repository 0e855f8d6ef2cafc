import HelioLoop
import HelioNode
import Synchronization
import TestSupport
import Testing

@testable import HelioFarm

/// Nothing stays behind, and nobody waits for good.
@Suite(.timeLimit(.minutes(2))) struct RedisStopTests {
    /// Starts a client, waits for `state`, stops it, and looks for what is left.
    private func stop(
        _ configuration: RedisConfiguration, resolver: @escaping HostLookup.Resolver = HostLookup.system,
        when state: (RedisClient, Observed) async throws -> Bool
    ) async throws {
        let loop = try EventLoop.start()
        let observed = Observed()
        weak var weakClient: RedisClient?
        do {
            let client = RedisClient(loop: loop, configuration: configuration, seed: 1, resolver: resolver) { observed.note($0) }
            weakClient = client
            await client.start()
            try await eventually("the state is reached") { try await state(client, observed) }
            await client.stop()
            let count = observed.all.count
            await client.stop()
            await client.start()
            #expect(await !client.isConnected)
            await #expect(throws: RedisError.unavailable("stopped")) { try await client.send(RedisCommand("PING")) }
            try await Pace.take(.milliseconds(50))
            #expect(observed.all.count == count, "it is still")
        }
        try await eventually("nothing holds it") { weakClient == nil }
        loop.stop()
    }

    @Test func stop_Works_BeforeTheStart() async throws {
        let loop = try EventLoop.start()
        let client = RedisClient(loop: loop, configuration: ClientFixture.configuration(1), seed: 1) { _ in }
        await #expect(throws: RedisError.unavailable("not yet")) { try await client.send(RedisCommand("PING")) }
        await client.stop()
        await #expect(throws: RedisError.unavailable("stopped")) { try await client.send(RedisCommand("PING")) }
        loop.stop()
    }

    @Test func stop_Works_WhileThePasswordHangs() async throws {
        let (isAsked, isOpen) = (Shared(), Shared())
        defer { isOpen.set() }
        var configuration = ClientFixture.configuration(1)
        configuration.password = {
            isAsked.set()
            isOpen.wait()
            return nil
        }
        try await stop(configuration) { _, _ in isAsked.isSet }
    }

    @Test func stop_Works_WhileTheResolverHangs() async throws {
        let (isAsked, isOpen) = (Shared(), Shared())
        defer { isOpen.set() }
        let resolver: HostLookup.Resolver = { _ in
            isAsked.set()
            isOpen.wait()
            return .success(["127.0.0.1"])
        }
        try await stop(ClientFixture.configuration(1, host: "redis.example"), resolver: resolver) { _, _ in isAsked.isSet }
    }

    @Test func stop_Works_WhileItConnects() async throws {
        let hole = try BlackHole()
        var configuration = ClientFixture.configuration(hole.port)
        configuration.connectTimeout = .seconds(10)
        let began = ContinuousClock.now
        try await stop(configuration) { _, _ in ContinuousClock.now - began > .milliseconds(200) }
    }

    @Test func stop_Works_WhileTheServerIsSilent() async throws {
        let server = try FaultyRedis { _ in [.hold] }
        try await stop(ClientFixture.configuration(server.port)) { _, _ in !server.requests.isEmpty }
        try await eventually("the connection is closed") { server.endedConnections == 1 }
    }

    @Test func stop_Works_BetweenAttempts() async throws {
        try await stop(ClientFixture.configuration(try Ports.free())) { _, observed in !observed.failures.isEmpty }
    }

    @Test func stop_Works_WhileConnected() async throws {
        let server = try FaultyRedis { FaultyRedis.politely($0) }
        try await stop(ClientFixture.configuration(server.port)) { client, _ in await client.isConnected }
        try await eventually("the connection is closed") { server.endedConnections == 1 }
    }

    @Test func stop_FailsWhatIsInFlight() async throws {
        let server = try FaultyRedis { $0.name == "ECHO" ? [.hold] : FaultyRedis.politely($0) }
        try await ClientFixture.with(ClientFixture.configuration(server.port)) { fixture in
            let outcomes = await withTaskGroup(of: Result<RESPValue, RedisError>.self) { group in
                for number in 0..<100 { group.addTask { await fixture.outcome("ECHO", RedisWord(number)) } }
                group.addTask {
                    while !server.requests.contains(where: { $0.name == "ECHO" }) { await Task.yield() }
                    await fixture.client.stop()
                    return .failure(.cancelled)
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            #expect(outcomes.count == 101)
            #expect(outcomes.contains(.failure(.connectionLost("this node stopped the connection"))))
            #expect(outcomes.allSatisfy { if case .failure = $0 { true } else { false } })
        }
    }

    @Test func client_GoesAway_WhenNobodyHoldsIt_AndClosesItsConnection() async throws {
        let server = try FaultyRedis { FaultyRedis.politely($0) }
        let loop = try EventLoop.start()
        do {
            let client = RedisClient(loop: loop, configuration: ClientFixture.configuration(server.port), seed: 1) { _ in }
            await client.start()
            try await eventually("it is connected") { await client.isConnected }
        }
        try await eventually("the connection is closed") { server.endedConnections == 1 }
        loop.stop()
    }

    /// Every command ends once, with its own reply or with none: a second resumption would trap, a missing one would hang.
    @Test(arguments: [1, 2, 3] as [UInt64]) func storm_AnswersEveryCommandOnce_OrFailsIt(_ seed: UInt64) async throws {
        let random = Mutex(SeededGenerator(seed: seed))
        let server = try FaultyRedis { request in
            let polite = FaultyRedis.politely(request)
            return switch random.withLock({ Int.random(in: 0..<120, using: &$0) }) {
            case 0: [.close]
            case 1: [.reset]
            case 2: [.send("$5\r\nab"), .close]
            case 3: [.send("garbage\r\n"), .hold]
            case 4: [.pause(milliseconds: 150)] + polite
            case 5: [.send("-LOADING wait\r\n")]
            case 6: [.hold]
            default: polite
            }
        }
        try await ClientFixture.with(ClientFixture.configuration(server.port, timeout: .milliseconds(200)), seed: seed) { fixture in
            let deadline = ContinuousClock.now + .seconds(4)
            let counts = await withTaskGroup(of: [Int].self) { group in
                for task in 0..<16 { group.addTask { await Self.commands(task, fixture, until: deadline) } }
                return await group.reduce([0, 0, 0, 0]) { zip($0, $1).map(+) }
            }
            #expect(counts[2] == 0, "seed \(seed): another's reply")
            #expect(counts[0] > 0 && counts[1] > 0, "seed \(seed): \(counts)")
            #expect(fixture.observed.connections > 2)
        }
    }

    /// - Returns: how many were answered, failed, answered wrongly, cancelled.
    private static func commands(_ task: Int, _ fixture: ClientFixture, until deadline: ContinuousClock.Instant) async -> [Int] {
        var counts = [0, 0, 0, 0]
        var number = 0
        while ContinuousClock.now < deadline {
            number += 1
            let word = "\(task)-\(number)"
            let command = Task { await fixture.outcome("ECHO", RedisWord(word)) }
            if number % 7 == 0 { command.cancel() }
            switch await command.value {
            case .success(let value): counts[value == .bulk(word) ? 0 : 2] += 1
            case .failure(.cancelled): counts[3] += 1
            case .failure(let error):
                counts[1] += 1
                // Nothing else slows a caller down that asks again and again while there is no connection.
                if case .unavailable = error { try? await Pace.take(.milliseconds(5)) }  // not cancelled
            }
        }
        return counts
    }
}

/// Set by one thread, awaited by another.
private final class Shared: Sendable {
    private let value = Atomic(false)

    var isSet: Bool { value.load(ordering: .relaxed) }
    func set() { value.store(true, ordering: .relaxed) }
    func wait() { while !isSet { Pace.block(milliseconds: 1) } }
}
