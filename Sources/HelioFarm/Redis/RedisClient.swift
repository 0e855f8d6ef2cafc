public import HelioLoop

/// Sends commands to Redis over one connection, which it keeps, and makes again when it is lost.
///
/// It neither queues nor repeats: a command that cannot be sent now fails now, and what to do about one whose fate is not known is
/// for those to say who know what it meant.
public actor RedisClient {
    private let loop: EventLoop
    private let session: RedisSession

    nonisolated public var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - seed: of the delays between attempts; another one on each node.
    ///   - observe: called on the loop; must not block.
    public init(
        loop: EventLoop, configuration: RedisConfiguration, seed: UInt64, observe: @escaping @Sendable (RedisObservation) -> Void
    ) {
        self.init(loop: loop, configuration: configuration, seed: seed, resolver: HostLookup.system, observe: observe)
    }

    init(
        loop: EventLoop, configuration: RedisConfiguration, seed: UInt64, resolver: @escaping HostLookup.Resolver,
        observe: @escaping @Sendable (RedisObservation) -> Void
    ) {
        self.loop = loop
        session = RedisSession(loop: loop, configuration: configuration, seed: seed, resolver: resolver, observe: observe)
    }

    isolated deinit { session.stop() }

    /// Connects, and goes on trying.
    public func start() { session.start() }

    /// For good: closes the connection. What is in flight fails; later commands fail at once.
    public func stop() { session.stop() }

    public var isConnected: Bool { session.link != nil }

    /// - Returns: what Redis answered; errors within an array stay values.
    /// - Throws: an error reply as `refused`.
    public func send(_ command: RedisCommand) async throws(RedisError) -> RESPValue {
        guard let reply = try await send([command]).first else { throw .protocolViolation("no reply") }
        if case .error(let line) = reply { throw RedisError(refusal: line) }
        return reply
    }

    /// Sends all of them in one write. They are no transaction: commands of others may come between them.
    /// - Returns: as many replies, error replies among them.
    public func send(_ commands: [RedisCommand]) async throws(RedisError) -> [RESPValue] {
        guard !Task.isCancelled else { throw .cancelled }
        let ticket = Ticket()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let promise = ReplyPromise { [session] outcome in
                    continuation.resume(returning: outcome)
                    if case .success(let replies) = outcome { session.lookAt(replies) }
                }
                ticket.promise = promise
                session.request(commands, promise)
            }
        } onCancel: {
            // The reply still comes, and is dropped then.
            loop.execute { ticket.promise?.keep(.failure(.cancelled)) }
        }
        return try outcome.get()
    }

    /// Runs a script. What it touches has to be named in `keys`.
    public func eval(_ script: String, keys: [String], arguments: [[UInt8]]) async throws(RedisError) -> RESPValue {
        try await send(.eval(script, keys: keys, arguments: arguments))
    }

    /// Leads a cancellation to what it cancels.
    ///
    /// `@unchecked Sendable`: looked into on the loop only.
    private final class Ticket: @unchecked Sendable {
        weak var promise: ReplyPromise?
    }
}
