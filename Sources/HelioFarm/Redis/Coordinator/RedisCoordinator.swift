public import HelioLoop
public import HelioNode

/// The farm that meets at a Redis.
public actor RedisCoordinator: FarmCoordinator {
    /// Letters that Redis keeps: who was away for longer synchronises by itself anyway.
    static let lettersKept = 20_000
    private static let page = 256
    /// Bytes of one letter that are read; a longer one is nobody's.
    private static let letterLimit = 16 << 10
    /// The most that a configuration gives one: `database.metrics.lease_duration`.
    private static let longestLease = Duration.seconds(7200)
    private static let eventLife = 6 * 3600
    private static let announcementLife = 90 * 24 * 3600

    public nonisolated let hints: AsyncStream<FarmHint>
    private let tellHint: AsyncStream<FarmHint>.Continuation
    private let client: RedisClient
    private let subscriber: RedisSubscriber
    private let keys: FarmKeys
    private let now: @Sendable () -> MonotonicTime
    /// Of the leases that this node holds, or may hold: who was not told of a grant does not know its own token.
    private var tokens: [LeaseName: String] = [:]
    private var random: SeededGenerator
    private var listening: Task<Void, Never>?

    /// - Parameters:
    ///   - farm: its name, the same on all nodes.
    ///   - observe: called on the loop, with what becomes of the connection.
    public init(
        loop: EventLoop, farm: String, _ configuration: RedisConfiguration, now: @escaping @Sendable () -> MonotonicTime, seed: UInt64,
        observe: @escaping @Sendable (RedisObservation) -> Void
    ) {
        keys = FarmKeys(farm: farm)
        self.now = now
        random = SeededGenerator(seed: seed)
        client = RedisClient(loop: loop, configuration: configuration, seed: seed, observe: observe)
        subscriber = RedisSubscriber(loop: loop, configuration: configuration, channel: keys.hints, seed: seed &+ 1)
        (hints, tellHint) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(16))
    }

    public func start() async {
        await client.start()
        await subscriber.start()
        listening = Task { [subscriber, tellHint] in
            for await hint in subscriber.hints {
                switch hint {
                case .message(let text): tellHint.yield(text == Array("members".utf8) ? .members : .letters)
                case .subscribed: tellHint.yield(.letters)
                }
            }
        }
    }

    public func stop() async {
        await subscriber.stop()
        await client.stop()
        listening?.cancel()
        tellHint.finish()
    }

    // MARK: Members

    public func register(_ record: MemberRecord) async throws(CoordinatorError) -> FarmReading {
        let began = now()
        let reply = try await run(
            FarmScripts.register, keys: [keys.members, keys.member(record.id)],
            [
                record.id.text, String(record.epoch), Self.milliseconds(Membership.expiry), keys.memberPrefix,
                String(MemberRecord.fieldLimit), keys.hints, String(RecordCodec.fields.count),
            ] + RecordCodec.fields + RecordCodec.encode(record) + [String(FarmNumbers.lead)])
        return try RegisterReply.read(reply, beganAt: began)
    }

    public func leave(_ record: MemberRecord) async throws(CoordinatorError) {
        _ = try await run(
            FarmScripts.leave, keys: [keys.members, keys.member(record.id)], [record.id.text, String(record.epoch), keys.hints])
    }

    // MARK: Letters

    public func send(_ messages: [FarmMessage], from sender: MemberID) async throws(CoordinatorError) {
        guard !messages.isEmpty else { return }
        var arguments = [String(Self.lettersKept), keys.hints].map { Array($0.utf8) }
        for message in messages {
            let fields = LetterCodec.encode(message, from: sender)
            arguments.append(Array(String(2 * fields.count).utf8))
            for (name, value) in fields { arguments += [Array(name.utf8), value] }
        }
        _ = try await script(FarmScripts.send, keys: [keys.letters, keys.none], arguments)
    }

    public func letters(after cursor: String?) async throws(CoordinatorError) -> FarmMail {
        let cursor = cursor.flatMap { EntryID(Array($0.utf8)) }
        let reply = try await run(
            FarmScripts.letters, keys: [keys.letters],
            [cursor?.text ?? "", String(Self.page), String(Self.letterLimit), String(MailReply.wordLimit), String(FarmNumbers.lead)])
        return try MailReply.read(reply, after: cursor, page: Self.page)
    }

    // MARK: Leases

    public func ask(_ request: LeaseRequest, owner: MemberRecord, floor: Int64) async -> LeaseReply {
        do throws(CoordinatorError) {
            switch request {
            case .acquire(let name, let duration): return try await acquire(name, for: duration, owner, floor: floor)
            case .renew(let name, let fence, let duration):
                guard let token = tokens[name] else { return .refused }
                let reply = try await run(FarmScripts.renew, keys: [keys.lease(name)], [token, Self.milliseconds(duration)])
                return reply.integer == 1 ? .granted(fence: fence) : .refused
            case .release(let name, _):
                guard let token = tokens.removeValue(forKey: name) else { return .refused }
                _ = try await run(FarmScripts.release, keys: [keys.lease(name)], [token])
                return .refused  // as the protocol has it
            }
        } catch {
            return .unknown("\(error)")
        }
    }

    private func acquire(
        _ name: LeaseName, for duration: Duration, _ owner: MemberRecord, floor: Int64
    ) async throws(CoordinatorError) -> LeaseReply {
        let token = "\(owner.id.text):\(owner.epoch):\(String(random.next(), radix: 16))"
        tokens[name] = token
        let reply = try await run(
            FarmScripts.acquire, keys: [keys.lease(name), keys.fence(name), keys.letters],
            [
                token, Self.milliseconds(duration), String(floor), owner.id.text, name.rawValue, keys.hints, String(Self.lettersKept),
                String(FarmNumbers.lead), Self.milliseconds(max(duration, Self.longestLease)),
            ])
        guard let fence = reply.bytes.flatMap({ Int64(String(decoding: $0, as: UTF8.self)) }) else { return .refused }
        return .granted(fence: fence)
    }

    // MARK: Announcements

    public func propose(_ announcement: FarmAnnouncement, isSent: Bool) async throws(CoordinatorError) -> ProposalReply {
        let repository = announcement.repository
        let arguments: [[UInt8]] =
            [
                String(announcement.number), announcement.content.description, announcement.sender.text, announcement.sender.text,
                announcement.webhookID,
            ].map { Array($0.utf8) } + [announcement.body, announcement.changes ?? []]
            + [
                keys.memberPrefix, keys.hints, String(Self.lettersKept), String(Self.eventLife), String(Self.announcementLife),
                String(repository.value), String(FarmNumbers.leap), isSent ? "1" : "0", Self.milliseconds(Membership.expiry),
            ].map { Array($0.utf8) }
        let reply = try await script(
            FarmScripts.propose,
            keys: [keys.announcement(repository), keys.event(repository, number: announcement.number), keys.letters], arguments)
        guard let answer = AnnouncementReply.read(reply) else { throw .unavailable("Redis answered a proposal with something else") }
        return answer
    }

    public func remind(_ last: [LastAnnouncement]) async throws(CoordinatorError) {
        guard !last.isEmpty else { return }
        try await pipeline(
            last.map { one -> RedisCommand in
                let arguments = [
                    String(one.number), one.content.description, one.sender?.text ?? "", String(Self.announcementLife),
                    String(FarmNumbers.leap),
                ]
                return .eval(FarmScripts.remind, keys: [keys.announcement(one.repository)], arguments: arguments.map { Array($0.utf8) })
            })
    }

    public func announcement(_ repository: RepositoryID, number: Int64) async throws(CoordinatorError) -> FarmAnnouncement? {
        let reply = try await run(
            FarmScripts.event, keys: [keys.event(repository, number: number)],
            [String(FarmAnnouncement.partLimit), "content", "sender", "webhook_id", "body", "changes"])
        return AnnouncementReply.announcement(reply, repository, number: number)
    }

    // MARK: Asking

    private func run(_ source: String, keys: [String], _ arguments: [String]) async throws(CoordinatorError) -> RESPValue {
        try await script(source, keys: keys, arguments.map { Array($0.utf8) })
    }

    private func script(_ source: String, keys: [String], _ arguments: [[UInt8]]) async throws(CoordinatorError) -> RESPValue {
        do throws(RedisError) {
            return try await client.send(.eval(source, keys: keys, arguments: arguments))
        } catch {
            throw .unavailable("\(error)")
        }
    }

    /// In one write, and in this order.
    private func pipeline(_ commands: [RedisCommand]) async throws(CoordinatorError) {
        do throws(RedisError) {
            for reply in try await client.send(commands) {
                if case .error(let line) = reply { throw RedisError(refusal: line) }
            }
        } catch {
            throw .unavailable("\(error)")
        }
    }

    private static func milliseconds(_ duration: Duration) -> String { String(duration.wholeNanoseconds / 1_000_000) }
}
