/// What this node holds that receivers have not been told of, and when it is its turn to see to it.
///
/// A change is told once every node that takes traffic holds it, or when the barrier is over, with the laggards named. All nodes
/// that hold it know that; the first in rendezvous order acts at once, each next one a little later, so that a dead one is made up
/// for. Whoever comes second finds it done: the coordinator gives each number once.
struct Announcements: Sendable {
    struct Limits: Hashable, Sendable {
        var barrier = Duration.seconds(30)
        /// Without a coordinator, how much later the next in order acts.
        var hold = Duration.seconds(600)
    }

    /// How well a node sees its farm.
    enum Sight: Hashable, Sendable {
        case fresh
        /// The coordinator was asked, and did not answer.
        case out
        /// It was not asked for a while: this node was stopped, or has just begun. Or the farm does not take this node.
        case unknown
    }

    /// Where a node stands in the order in which nodes see to a repository.
    struct Turn: Hashable, Sendable {
        let rank: Int
        let sight: Sight
        /// When the view was read by which the node knows who takes traffic.
        let readAt: MonotonicTime?
    }

    /// How much later the next in order acts while the coordinator answers.
    static let step = Duration.seconds(2)
    static let retryPause = Duration.seconds(2)

    struct Line: Sendable {
        var held: [Waiting] = []
        var isProposing = false
        var notBefore: MonotonicTime?
    }

    struct Waiting: Sendable {
        let change: HeldChange
        let operation: FarmOperationID
        /// The place of the operation in what all have been told; nil while this node has not read it there.
        var position: UInt64?
        let since: MonotonicTime
        /// Who takes traffic and is not known to hold the change.
        var awaited: Set<MemberID>
        /// Who was awaited and has not been excused since.
        var counted: Set<MemberID>

        init(change: HeldChange, operation: FarmOperationID, position: UInt64?, since: MonotonicTime, awaited: Set<MemberID>) {
            self.change = change
            self.operation = operation
            self.position = position
            self.since = since
            self.awaited = awaited
            counted = awaited
        }
    }

    private(set) var lines: [RepositoryID: Line] = [:]
    private var dirty: Set<RepositoryID> = []
    private var due: [RepositoryID: MonotonicTime] = [:]
    /// Of each time in `due` one entry, and what is left of times that hold no longer.
    private(set) var dueHeap = TimeHeap<RepositoryID>()
    private var pausedUntil: MonotonicTime?

    /// What was held earlier is told first, also where the store was read late.
    mutating func add(_ waiting: Waiting) {
        let repository = waiting.change.repository
        var line = lines[repository] ?? Line()
        line.held.insert(waiting, at: line.held.firstIndex { $0.change.id > waiting.change.id } ?? line.held.count)
        lines[repository] = line
        dirty.insert(repository)
    }

    func awaited(_ held: HeldID, of repository: RepositoryID) -> Set<MemberID>? {
        lines[repository]?.held.first { $0.change.id == held }?.awaited
    }

    /// All have been told of what a repository's changes are told by; where that is read again, it is no newer.
    mutating func heard(_ operation: FarmOperationID, of repository: RepositoryID, at position: UInt64) {
        guard let held = lines[repository]?.held else { return }
        for (index, waiting) in held.enumerated() where waiting.operation == operation && waiting.position == nil {
            lines[repository]?.held[index].position = position
        }
    }

    /// Members that are known to hold what the repository's changes brought.
    mutating func confirm(_ repository: RepositoryID, _ holders: (Waiting) -> Set<MemberID>) {
        guard var line = lines[repository] else { return }
        for index in line.held.indices { line.held[index].awaited.subtract(holders(line.held[index])) }
        lines[repository] = line
        dirty.insert(repository)
    }

    /// Members that take traffic by now: what they do not hold waits for them, too.
    mutating func expect(_ serving: Set<MemberID>) {
        for (repository, line) in lines {
            for (index, waiting) in line.held.enumerated() where !serving.isSubset(of: waiting.counted) {
                lines[repository]?.held[index].awaited.formUnion(serving.subtracting(waiting.counted))
                lines[repository]?.held[index].counted.formUnion(serving)
            }
        }
    }

    /// A member takes no traffic any more, and said so; when it does again, it is expected again.
    mutating func excuse(_ member: MemberID) {
        for (repository, line) in lines where line.held.contains(where: { $0.counted.contains(member) }) {
            for index in line.held.indices {
                lines[repository]?.held[index].awaited.remove(member)
                lines[repository]?.held[index].counted.remove(member)
            }
            dirty.insert(repository)
        }
    }

    /// Nothing is proposed before: somebody may have announced it already, and has to be heard first.
    mutating func pause(until time: MonotonicTime) { pausedUntil = time }

    /// The order may have changed.
    mutating func reconsider() { dirty.formUnion(lines.keys) }

    /// The store has settled what the repository's changes are now.
    mutating func settle(_ repository: RepositoryID, remaining: Set<HeldID>) {
        guard var line = lines[repository] else { return }
        line.held.removeAll { !remaining.contains($0.change.id) }
        (line.isProposing, line.notBefore) = (false, nil)
        lines[repository] = line.held.isEmpty ? nil : line
        dirty.insert(repository)
    }

    mutating func proposalFailed(_ repository: RepositoryID, at now: MonotonicTime) {
        lines[repository]?.isProposing = false
        lines[repository]?.notBefore = now + Self.retryPause
        dirty.insert(repository)
    }

    /// What is to be proposed now.
    mutating func next(limits: Limits, turn: (RepositoryID) -> Turn, at now: MonotonicTime) -> [Proposal] {
        for repository in dirty.sorted() { schedule(repository, limits, turn(repository)) }
        dirty = []
        var proposals: [Proposal] = []
        while let (time, repository) = dueHeap.earliest, time <= now {
            dueHeap.popEarliest()
            guard due[repository] == time else { continue }
            due[repository] = nil
            guard let first = lines[repository]?.held.first else { continue }
            // The farm may have gone out of sight since that was scheduled.
            let turn = turn(repository)
            schedule(repository, limits, turn)
            guard let time = due[repository], time <= now else { continue }
            due[repository] = nil
            lines[repository]?.isProposing = true
            proposals.append(
                Proposal(held: first.change.id, repository: repository, laggards: first.awaited.sorted(), isAlone: turn.sight == .out))
        }
        return proposals
    }

    private mutating func schedule(_ repository: RepositoryID, _ limits: Limits, _ turn: Turn) {
        let time = time(of: repository, limits, turn)
        // Each reading asks again, and hardly ever is the time another one: an entry leaves the heap only when its time comes.
        guard due[repository] != time else { return }
        due[repository] = time
        if let time { dueHeap.insert(repository, at: time) }
    }

    /// When the repository's first change is to be proposed; nil while that cannot be said.
    private func time(of repository: RepositoryID, _ limits: Limits, _ turn: Turn) -> MonotonicTime? {
        guard let line = lines[repository], !line.isProposing, let first = line.held.first else { return nil }
        let end = first.since + limits.barrier
        var time: MonotonicTime
        switch turn.sight {
        case .unknown: return nil
        case .out: time = end + limits.hold * turn.rank
        case .fresh:
            let isWhole = turn.readAt.map { $0 >= first.since } ?? false
            time = turn.rank == 0 && isWhole && first.awaited.isEmpty ? first.since : end + Self.step * turn.rank
        }
        time = max(time, line.notBefore ?? time)
        if let pausedUntil { time = max(time, pausedUntil + Self.step * turn.rank) }
        return time
    }

    var nextWake: MonotonicTime? { dirty.isEmpty ? dueHeap.earliest?.time : MonotonicTime(nanoseconds: .min) }
}
