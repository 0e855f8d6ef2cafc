public import HelioNode

/// The farm of one: it is always there, whatever is asked for is given, and there is nobody to tell.
public actor StandaloneCoordinator: FarmCoordinator {
    public nonisolated let hints: AsyncStream<FarmHint>
    private let endHints: AsyncStream<FarmHint>.Continuation
    private let now: @Sendable () -> Moment
    private var holders: [LeaseName: (fence: Int64, end: MonotonicTime)] = [:]

    public init(now: @escaping @Sendable () -> Moment) {
        self.now = now
        (hints, endHints) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    public func start() {}

    public func stop() { endHints.finish() }

    public func register(_ record: MemberRecord) -> FarmReading {
        FarmReading(beganAt: now().monotonic, members: [], wasRegistered: true, epoch: max(record.epoch, 1))
    }

    public func leave(_ record: MemberRecord) {}

    public func send(_ messages: [FarmMessage], from sender: MemberID) {}

    public func letters(after cursor: String?) -> FarmMail { FarmMail(letters: [], cursor: cursor) }

    public func ask(_ request: LeaseRequest, owner: MemberRecord, floor: Int64) -> LeaseReply {
        let now = now()
        switch request {
        case .acquire(let name, let duration):
            if let holder = holders[name], now.monotonic < holder.end { return .refused }
            let fence = max(now.wall.millisecondsSince1970, floor + 1, (holders[name]?.fence ?? 0) + 1)
            holders[name] = (fence, now.monotonic + duration)
            return .granted(fence: fence)
        case .renew(let name, let fence, let duration):
            guard holders[name]?.fence == fence else { return .refused }
            holders[name]?.end = now.monotonic + duration
            return .granted(fence: fence)
        case .release(let name, let fence):
            if holders[name]?.fence == fence { holders[name]?.end = now.monotonic }
            return .refused  // as the protocol has it
        }
    }

    public func propose(_ announcement: FarmAnnouncement, isSent: Bool) -> ProposalReply { .accepted(sender: announcement.sender) }

    public func remind(_ last: [LastAnnouncement]) {}

    public func announcement(_ repository: RepositoryID, number: Int64) -> FarmAnnouncement? { nil }
}
