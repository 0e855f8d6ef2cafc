import HelioLoop
import Synchronization
import TestSupport
import Testing

@testable import HelioFarm

/// What a client or a subscriber told.
final class Observed: Sendable {
    private let observations = Mutex<[RedisObservation]>([])

    var all: [RedisObservation] { observations.withLock { $0 } }
    var connections: Int { all.count { $0 == .connected } }
    var failures: [RedisError] { all.compactMap { if case .failed(let error) = $0 { error } else { nil } } }
    var losses: [RedisError] { all.compactMap { if case .disconnected(let error) = $0 { error } else { nil } } }

    func note(_ observation: RedisObservation) { observations.withLock { $0.append(observation) } }
}

/// A client with a loop of its own.
struct ClientFixture {
    let loop: EventLoop
    let client: RedisClient
    let observed: Observed

    /// - Parameter timeout: long unless its passing is the subject: the machine may be busy.
    static func configuration(
        _ port: UInt16, host: String = "127.0.0.1", timeout: Duration = .seconds(10)
    ) -> RedisConfiguration {
        RedisConfiguration(host: host, port: port, commandTimeout: timeout)
    }

    /// Starts a client, waits until it is connected when asked to, and stops it afterwards.
    static func with(
        _ configuration: RedisConfiguration, seed: UInt64 = 1, resolver: @escaping HostLookup.Resolver = HostLookup.system,
        connected: Bool = true, _ body: (ClientFixture) async throws -> Void
    ) async throws {
        let loop = try EventLoop.start()
        defer { loop.stop() }
        let observed = Observed()
        let client = RedisClient(loop: loop, configuration: configuration, seed: seed, resolver: resolver) { observed.note($0) }
        await client.start()
        do {
            if connected { try await eventually("the client is connected") { await client.isConnected } }
            try await body(ClientFixture(loop: loop, client: client, observed: observed))
            await client.stop()
        } catch {
            await client.stop()
            throw error
        }
    }

    /// What became of a command.
    func outcome(_ words: RedisWord...) async -> Result<RESPValue, RedisError> { await outcome(RedisCommand(words)) }

    func outcome(_ command: RedisCommand) async -> Result<RESPValue, RedisError> {
        do throws(RedisError) {
            return .success(try await client.send(command))
        } catch {
            return .failure(error)
        }
    }
}

extension Result where Success == RESPValue, Failure == RedisError {
    var text: String? { (try? get())?.bytes.map { String(decoding: $0, as: UTF8.self) } }  // nil stands for failures here

    var refusal: RedisError.Refusal? {
        if case .failure(.refused(let kind, _)) = self { kind } else { nil }
    }
}

extension RESPValue {
    static func bulk(_ text: String) -> RESPValue { .bulk(Array(text.utf8)) }
    static func simple(_ text: String) -> RESPValue { .simple(Array(text.utf8)) }
}

/// For what a pattern should have matched.
func unexpected(_ what: String) { Issue.record(Comment(rawValue: what)) }
