public import HelioNode

/// What the nodes of a farm meet at. It keeps what has to be the same for all; everything else each node knows by itself, so that a
/// farm goes on without it.
public protocol FarmCoordinator: Sendable {
    func start() async
    func stop() async

    /// Says that something may be worth reading; a hint may be lost or doubled.
    var hints: AsyncStream<FarmHint> { get }

    /// Registers this node for `Membership.expiry`, and reads who else is registered.
    /// - Throws: `.refused` when the farm does not take the node; `.unavailable` when nobody knows.
    func register(_ record: MemberRecord) async throws(CoordinatorError) -> FarmReading

    /// Ends the registration.
    func leave(_ record: MemberRecord) async throws(CoordinatorError)

    /// Tells all nodes, in this order.
    func send(_ messages: [FarmMessage], from sender: MemberID) async throws(CoordinatorError)

    /// What was told since, oldest first.
    /// - Parameter cursor: as an earlier reading gave it; nil begins with what is told from now on.
    func letters(after cursor: String?) async throws(CoordinatorError) -> FarmMail

    /// - Parameters:
    ///   - owner: who asks; a lease is renewed and released by its owner only.
    ///   - floor: the highest number that the node has seen of this lease; a new one is higher.
    /// - Returns: of a release `.refused` once it has come through: the lease is not the asking node's, or not any more.
    func ask(_ request: LeaseRequest, owner: MemberRecord, floor: Int64) async -> LeaseReply

    /// Settles an announcement, unless its number is taken. An unknown outcome is asked for again: the same proposal changes nothing twice.
    ///
    /// - Parameter isSent: its sender sends it in any case, and has been doing so.
    func propose(_ announcement: FarmAnnouncement, isSent: Bool) async throws(CoordinatorError) -> ProposalReply

    /// Takes the numbers of these as given, where it knows of lower ones only: it may have lost what it had.
    func remind(_ last: [LastAnnouncement]) async throws(CoordinatorError)

    /// - Returns: nil when it is not there any more.
    func announcement(_ repository: RepositoryID, number: Int64) async throws(CoordinatorError) -> FarmAnnouncement?
}

public enum FarmHint: Hashable, Sendable {
    case members, letters
}

/// Letters, and from where to read on.
public struct FarmMail: Hashable, Sendable {
    public let letters: [FarmLetter]
    public let cursor: String?
    /// There is more already.
    public let isPartial: Bool
    /// Entries that no node of ours writes.
    public let ignored: Int

    public init(letters: [FarmLetter], cursor: String?, isPartial: Bool = false, ignored: Int = 0) {
        self.letters = letters
        self.cursor = cursor
        self.isPartial = isPartial
        self.ignored = ignored
    }
}

public enum CoordinatorError: Error, Hashable, Sendable {
    case refused(JoinRefusal)
    /// Nobody knows whether it happened; why, for people.
    case unavailable(String)
}

extension CoordinatorError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .refused(let refusal): "\(refusal)"
        case .unavailable(let why): why
        }
    }
}
