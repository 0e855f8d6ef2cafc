public import HelioLoop

/// What a subscriber hears. Redis keeps no messages for those who are not there, so a hint says that something may be new, and what
/// is so is read elsewhere.
public enum RedisHint: Sendable, Hashable {
    case message([UInt8])
    /// The subscription begins, or begins again: messages may have been missed before.
    case subscribed
}

/// Listens to one channel over a connection of its own, which it makes again when it is lost.
public actor RedisSubscriber {
    /// Longer messages are dropped: hints name things, they do not hold them.
    static let payloadLimit = 4 << 10
    /// The newest so many wait for whoever reads them.
    static let hintLimit = 256

    /// How silence is told from a dead connection.
    struct Silence: Sendable {
        /// Then Redis is asked.
        var ping = Duration.seconds(5)
        /// Then the connection is given up.
        var limit = Duration.seconds(10)
    }

    private let loop: EventLoop
    private let session: RedisSession
    private let channel: [UInt8]
    private let silence: Silence
    /// For one reader. It ends with `stop`.
    public nonisolated let hints: AsyncStream<RedisHint>
    private let continuation: AsyncStream<RedisHint>.Continuation
    private var watch: LoopTimer?
    /// When something came, and when Redis was asked, last; in nanoseconds of the monotonic clock.
    private var heard: Int64 = 0
    private var asked: Int64 = 0

    nonisolated public var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// - Parameters:
    ///   - seed: of the delays between attempts; another one on each node.
    ///   - observe: called on the loop; must not block.
    public init(
        loop: EventLoop, configuration: RedisConfiguration, channel: String, seed: UInt64,
        observe: @escaping @Sendable (RedisObservation) -> Void = { _ in }
    ) {
        self.init(loop: loop, configuration: configuration, channel: channel, seed: seed, silence: Silence(), observe: observe)
    }

    init(
        loop: EventLoop, configuration: RedisConfiguration, channel: String, seed: UInt64, silence: Silence,
        observe: @escaping @Sendable (RedisObservation) -> Void
    ) {
        self.loop = loop
        self.channel = Array(channel.utf8)
        self.silence = silence
        session = RedisSession(
            loop: loop, configuration: configuration, channel: channel, seed: seed,
            resolver: HostLookup.system, observe: observe)
        (hints, continuation) = AsyncStream.makeStream(of: RedisHint.self, bufferingPolicy: .bufferingNewest(Self.hintLimit))
    }

    isolated deinit { stop() }

    /// Connects, and goes on trying.
    public func start() {
        session.connected = { [weak self] link in self?.assumeIsolated { $0.listen(to: link) } }
        session.start()
    }

    /// For good. The hints end.
    public func stop() {
        watch?.cancel()
        session.stop()
        continuation.finish()
    }

    private func listen(to link: RedisLink) {
        (heard, asked) = (loop.exactNow, loop.exactNow)
        link.push = { [weak self] value in self?.assumeIsolated { $0.hear(value) } ?? true }
        watch?.cancel()
        watch = loop.schedule(after: silence.ping / 5, repeating: true) { [weak self, weak link] in
            guard let self, let link, link.isOpen else { return }
            assumeIsolated { $0.check(link) }
        }
        continuation.yield(.subscribed)
    }

    /// - Returns: false for what Redis does not send to subscribers.
    private func hear(_ value: RESPValue) -> Bool {
        heard = loop.exactNow
        guard let parts = value.array, let kind = parts.first?.bytes else { return false }
        if kind.elementsEqual("pong".utf8) { return true }
        guard kind.elementsEqual("message".utf8), parts.count == 3, parts[1].bytes == channel, let payload = parts[2].bytes else {
            return false
        }
        if payload.count <= Self.payloadLimit { continuation.yield(.message(payload)) }
        return true
    }

    private func check(_ link: RedisLink) {
        let now = loop.exactNow
        if now &- heard >= silence.limit.nanoseconds { return link.fail(.timedOut) }
        guard now &- max(heard, asked) >= silence.ping.nanoseconds else { return }
        asked = now
        link.sendAside(RedisCommand("PING"))
    }
}
