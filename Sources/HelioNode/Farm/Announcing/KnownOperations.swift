/// What is known of the changes that the nodes of a farm have lately told each other of, repository by repository.
///
/// Whoever answers a change has synchronised from a listing that was begun after it had heard of it; so it holds that change and
/// every one that was told before it, without any clock that all would have to share.
struct KnownOperations: Sendable {
    /// Of one repository; an answer to a later one answers for the earlier.
    private static let limit = 16
    private static let memory = Duration.seconds(600)

    private struct Known: Sendable {
        let id: FarmOperationID
        let content: MirrorHash
        /// Its place in what all have been told; nil while only this node knows of it.
        var position: UInt64?
        /// Who told of it, or answered that it is what they hold: exactly this, and nothing that came later.
        var tellers: Set<MemberID> = []
        /// Who answered after a look at the upstream that was begun after they had heard of it, and what they held then.
        var answers: [MemberID: MirrorHash] = [:]
    }

    private var byRepository: [RepositoryID: [Known]] = [:]
    private var repositoryOf: [FarmOperationID: RepositoryID] = [:]
    private var lastPosition: UInt64 = 0
    private var expiries = TimeHeap<FarmOperationID>()

    /// The operation by which the same has been told already: the last one, since who held this before something else came need not
    /// hold it again.
    func operation(of repository: RepositoryID, content: MirrorHash) -> FarmOperationID? {
        byRepository[repository]?.last.flatMap { $0.content == content ? $0.id : nil }
    }

    /// Whether all have been told of it, as far as this node has read what all are told.
    func isTold(_ id: FarmOperationID) -> Bool {
        guard let repository = repositoryOf[id] else { return true }
        return byRepository[repository]?.first { $0.id == id }?.position != nil
    }

    mutating func begin(_ id: FarmOperationID, _ repository: RepositoryID, _ content: MirrorHash, at now: MonotonicTime) {
        insert(Known(id: id, content: content), of: repository, at: now)
    }

    mutating func heard(
        _ id: FarmOperationID, _ repository: RepositoryID, _ content: MirrorHash, from sender: MemberID, at now: MonotonicTime
    ) {
        lastPosition += 1
        if repositoryOf[id] == nil { insert(Known(id: id, content: content), of: repository, at: now) }
        guard let index = byRepository[repository]?.firstIndex(where: { $0.id == id }) else { return }
        // Its first place: what is read again is no newer.
        let first = byRepository[repository]?[index].position ?? lastPosition
        byRepository[repository]?[index].position = first
        byRepository[repository]?[index].tellers.insert(sender)
    }

    /// - Returns: the repository; nil for an operation that is not known, or not any more.
    mutating func answered(_ id: FarmOperationID, by member: MemberID, _ content: MirrorHash, hasLooked: Bool) -> RepositoryID? {
        guard let repository = repositoryOf[id], let index = byRepository[repository]?.firstIndex(where: { $0.id == id }) else { return nil }
        if hasLooked {
            byRepository[repository]?[index].answers[member] = content
        } else if byRepository[repository]?[index].content == content {
            byRepository[repository]?[index].tellers.insert(member)
        }
        return repository
    }

    /// Who is known to hold a change.
    func holders(of repository: RepositoryID, content: MirrorHash, told id: FarmOperationID) -> Set<MemberID> {
        guard let known = byRepository[repository] else { return [] }
        let place = known.firstIndex { $0.id == id } ?? known.endIndex
        let position = place < known.endIndex ? known[place].position : nil
        // What was there before something else came has gone with it, and may have come back.
        let first = known[..<place].lastIndex { $0.content != content }.map { $0 + 1 } ?? 0
        var holders: Set<MemberID> = []
        for operation in known[first...] {
            if operation.content == content { holders.formUnion(operation.tellers) }
            let answersUs = operation.id == id || isAfter(operation.position, position)
            for (member, held) in operation.answers where answersUs || held == content { holders.insert(member) }
        }
        return holders
    }

    private func isAfter(_ one: UInt64?, _ other: UInt64?) -> Bool {
        guard let one, let other else { return false }
        return one > other
    }

    private mutating func insert(_ known: Known, of repository: RepositoryID, at now: MonotonicTime) {
        byRepository[repository, default: []].append(known)
        repositoryOf[known.id] = repository
        expiries.insert(known.id, at: now + Self.memory)
        guard let list = byRepository[repository], list.count > Self.limit else { return }
        repositoryOf[list[0].id] = nil
        byRepository[repository]?.removeFirst()
    }

    mutating func expire(at now: MonotonicTime) {
        while let (due, id) = expiries.earliest, due <= now {
            expiries.popEarliest()
            guard let repository = repositoryOf.removeValue(forKey: id) else { continue }
            byRepository[repository]?.removeAll { $0.id == id }
            if byRepository[repository]?.isEmpty == true { byRepository[repository] = nil }
        }
    }

    mutating func forget(_ repository: RepositoryID) {
        for known in byRepository.removeValue(forKey: repository) ?? [] { repositoryOf[known.id] = nil }
    }
}
