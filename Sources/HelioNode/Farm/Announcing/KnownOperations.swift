/// What is known of the changes that the nodes of a farm have lately told each other of, repository by repository.
///
/// Whoever answers a change has synchronised from a listing that was begun after it had heard of it; so it holds that change and
/// every one that was told before it, without any clock that all would have to share. Of a member's answers the one to the latest change
/// therefore says it all: however many changes wait, and however much more often they are made than answered, only their places in what
/// was told have to be known for as long as somebody waits for an answer.
struct KnownOperations: Sendable {
    /// Changes of one repository of which it is known who holds just what they brought.
    private static let limit = 16

    /// For how long a change that is told or heard of from now on is known.
    var memory = Duration.seconds(600)

    private struct Told: Sendable {
        let repository: RepositoryID
        /// Its place in what all have been told; nil while only this node knows of it.
        var position: UInt64?
    }

    private struct Known: Sendable {
        let id: FarmOperationID
        let content: MirrorHash
        /// Who told of it, or answered that it is what they hold: exactly this, and nothing that came later.
        var tellers: Set<MemberID> = []
        /// Who answered after a look at the upstream that was begun after they had heard of it, and what they held then.
        var answers: [MemberID: MirrorHash] = [:]
    }

    private struct Changes: Sendable {
        /// Oldest first.
        var recent: [Known] = []
        /// The place of the latest change that a member has answered after such a look.
        var answered: [MemberID: UInt64] = [:]
    }

    private var byRepository: [RepositoryID: Changes] = [:]
    private var told: [FarmOperationID: Told] = [:]
    private var lastPosition: UInt64 = 0
    private var expiries = TimeHeap<FarmOperationID>()

    /// The operation by which the same has been told already: the last one, since who held this before something else came need not
    /// hold it again.
    func operation(of repository: RepositoryID, content: MirrorHash) -> FarmOperationID? {
        byRepository[repository]?.recent.last.flatMap { $0.content == content ? $0.id : nil }
    }

    /// Its place in what all have been told, as far as this node has read that.
    func position(of id: FarmOperationID) -> UInt64? { told[id]?.position }

    mutating func begin(_ id: FarmOperationID, _ repository: RepositoryID, _ content: MirrorHash, at now: MonotonicTime) {
        insert(Known(id: id, content: content), of: repository, at: now)
    }

    /// - Returns: its place in what all have been told: the first, since what is read again is no newer.
    mutating func heard(
        _ id: FarmOperationID, _ repository: RepositoryID, _ content: MirrorHash, from sender: MemberID, at now: MonotonicTime
    ) -> UInt64 {
        lastPosition += 1
        if told[id] == nil { insert(Known(id: id, content: content), of: repository, at: now) }
        let position = told[id]?.position ?? lastPosition
        told[id]?.position = position
        if let index = place(of: id, in: repository) { byRepository[repository]?.recent[index].tellers.insert(sender) }
        return position
    }

    /// - Returns: the repository; nil for an operation that is not known, or not any more.
    mutating func answered(_ id: FarmOperationID, by member: MemberID, _ content: MirrorHash, hasLooked: Bool) -> RepositoryID? {
        guard let told = told[id] else { return nil }
        if hasLooked, let position = told.position {
            let latest = byRepository[told.repository]?.answered[member] ?? position
            byRepository[told.repository]?.answered[member] = max(latest, position)
        }
        guard let index = place(of: id, in: told.repository) else { return told.repository }
        if hasLooked {
            byRepository[told.repository]?.recent[index].answers[member] = content
        } else if byRepository[told.repository]?.recent[index].content == content {
            byRepository[told.repository]?.recent[index].tellers.insert(member)
        }
        return told.repository
    }

    /// Who is known to hold a change.
    /// - Parameter position: its place in what all have been told; nil while it has none.
    func holders(of repository: RepositoryID, content: MirrorHash, told id: FarmOperationID, at position: UInt64?) -> Set<MemberID> {
        guard let changes = byRepository[repository] else { return [] }
        var holders: Set<MemberID> = []
        if let position {
            for (member, latest) in changes.answered where latest >= position { holders.insert(member) }
        }
        guard let index = place(of: id, in: repository) else { return holders }
        // What was there before something else came has gone with it, and may have come back.
        let first = changes.recent[..<index].lastIndex { $0.content != content }.map { $0 + 1 } ?? 0
        for operation in changes.recent[first...] {
            if operation.content == content { holders.formUnion(operation.tellers) }
            for (member, held) in operation.answers where operation.id == id || held == content { holders.insert(member) }
        }
        return holders
    }

    private func place(of id: FarmOperationID, in repository: RepositoryID) -> Int? {
        byRepository[repository]?.recent.firstIndex { $0.id == id }
    }

    private mutating func insert(_ known: Known, of repository: RepositoryID, at now: MonotonicTime) {
        told[known.id] = Told(repository: repository)
        byRepository[repository, default: Changes()].recent.append(known)
        expiries.insert(known.id, at: now + memory)
        if (byRepository[repository]?.recent.count ?? 0) > Self.limit { byRepository[repository]?.recent.removeFirst() }
    }

    mutating func expire(at now: MonotonicTime) {
        while let (due, id) = expiries.earliest, due <= now {
            expiries.popEarliest()
            guard let repository = told.removeValue(forKey: id)?.repository else { continue }
            byRepository[repository]?.recent.removeAll { $0.id == id }
            if byRepository[repository]?.recent.isEmpty == true { byRepository[repository] = nil }
        }
    }

    /// Of older changes than the recent ones, the places stay until they expire.
    mutating func forget(_ repository: RepositoryID) {
        for known in byRepository.removeValue(forKey: repository)?.recent ?? [] { told[known.id] = nil }
    }
}
