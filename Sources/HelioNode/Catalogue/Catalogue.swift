/// Every repository that the node mirrors, sorted by project id and repository id.
///
/// A value: entries live in shelves of at most `shelfSize`, so changing one while somebody holds the catalogue copies one shelf and the
/// list of shelves, never the whole. Who reads hashes for as long as a stream lasts keeps `hashShelves` instead.
public struct Catalogue: Sendable {
    static let shelfSize = 256

    public private(set) var counts = Counts()
    /// Moves with every change that a reader of hashes could see; with the process's start it names a snapshot.
    public private(set) var revision: UInt64 = 0
    /// What the copies hold, in one number: nodes with equal numbers hold the same, as far as 64 bits tell.
    public private(set) var contentSum: UInt64 = 0
    private var shelves: [[RepositoryEntry]] = []
    /// One for each shelf, with a line for each of its entries.
    public private(set) var hashShelves: [HashShelf] = []
    private var projectOf = ShardedMap<RepositoryID, ProjectID>()
    private var identities = ShardedMap<RepositoryName, RepositoryID>()
    private var projects = ProjectIndex()
    private var behindAges = AgeIndex()
    private var firstCopyAges = AgeIndex()
    private var quarantineAges = AgeIndex()
    private var doubtfulAges = AgeIndex()
    /// The same repositories by the time since when something is outstanding, which may be long before.
    private var quarantineLags = AgeIndex()

    public init() {}

    public struct Counts: Hashable, Sendable {
        public var total = 0
        public var waiting = 0
        public var synchronized = 0
        public var behind = 0
        public var quarantined = 0
        /// Of the synchronised, those that are doubtful.
        public var doubtful = 0
        /// Whose last attempt failed, but for the quarantined.
        public var failing = 0
        public var hashUnknown = 0

        mutating func add(_ entry: RepositoryEntry, _ sign: Int) {
            total += sign
            hashUnknown += entry.isHashUnknown ? sign : 0
            doubtful += entry.isDoubtful ? sign : 0
            failing += entry.lastFailure != nil && entry.quarantinedSince == nil ? sign : 0
            switch entry.status {
            case .waiting: waiting += sign
            case .synchronized: synchronized += sign
            case .behind: behind += sign
            case .quarantined: quarantined += sign
            }
        }
    }

    public subscript(id: RepositoryID) -> RepositoryEntry? {
        position(of: id).map { shelves[$0.shelf][$0.slot] }
    }

    public func id(named name: RepositoryName) -> RepositoryID? { identities[name] }

    public mutating func insert(_ entry: RepositoryEntry) {
        let id = entry.repository.id
        precondition(projectOf[id] == nil, "repository \(id.value) is in the catalogue already")
        projectOf[id] = entry.repository.project.id
        identities[entry.repository.name] = id
        projects.add(entry.repository.project)
        revision &+= 1
        place(entry)
        counts.add(entry, +1)
        contentSum ^= entry.contentSum
        index(entry)
    }

    @discardableResult
    public mutating func remove(_ id: RepositoryID) -> RepositoryEntry? {
        guard let position = position(of: id) else { return nil }
        revision &+= 1
        let entry = shelves[position.shelf].remove(at: position.slot)
        hashShelves[position.shelf].lines.remove(at: position.slot)
        hashShelves[position.shelf].revision = revision
        if shelves[position.shelf].isEmpty {
            shelves.remove(at: position.shelf)
            hashShelves.remove(at: position.shelf)
        }
        projectOf[id] = nil
        identities[entry.repository.name] = nil
        projects.remove(entry.repository.project)
        counts.add(entry, -1)
        contentSum ^= entry.contentSum
        for ages in [\Self.behindAges, \.firstCopyAges, \.quarantineAges, \.doubtfulAges, \.quarantineLags] { self[keyPath: ages].set(id, nil) }
        return entry
    }

    /// Changes an entry in place; its id, name and project stay.
    public mutating func update(_ id: RepositoryID, _ change: (inout RepositoryEntry) -> Void) {
        guard let position = position(of: id) else { return }
        let before = shelves[position.shelf][position.slot]
        change(&shelves[position.shelf][position.slot])
        let after = shelves[position.shelf][position.slot]
        counts.add(before, -1)
        counts.add(after, +1)
        contentSum ^= before.contentSum ^ after.contentSum
        index(after)
        guard !before.reads(as: after) else { return }
        revision &+= 1
        hashShelves[position.shelf].lines[position.slot] = HashLine(after)
        hashShelves[position.shelf].revision = revision
    }

    private mutating func index(_ entry: RepositoryEntry) {
        let id = entry.repository.id
        let status = entry.status
        behindAges.set(id, status == .behind ? entry.behindSince : nil)
        firstCopyAges.set(id, status == .waiting ? entry.behindSince : nil)
        quarantineAges.set(id, entry.quarantinedSince)
        doubtfulAges.set(id, entry.isDoubtful ? entry.confirmedAt ?? entry.knownSince ?? MonotonicTime(nanoseconds: 0) : nil)
        quarantineLags.set(id, status == .quarantined ? entry.outstandingSince : nil)
    }
}

extension Catalogue {
    /// In order of project id, then repository id.
    public var entries: some Sequence<RepositoryEntry> { shelves.joined() }

    public var ids: [RepositoryID] { entries.map(\.repository.id) }

    /// The shelves themselves, for readers that go through the catalogue piece by piece.
    public var shelfCount: Int { shelves.count }

    public func shelf(_ index: Int) -> [RepositoryEntry] { shelves[index] }

    public func projectID(key: ByteString) -> ProjectID? { projects[key] }

    func projectKey(_ id: ProjectID) -> ByteString? { projects[id] }

    /// Where the repositories of a project begin; nil when it has none.
    public func start(of project: ProjectID) -> (shelf: Int, slot: Int)? {
        guard !shelves.isEmpty else { return nil }
        let key = Key(project: project, repository: RepositoryID(.min))
        var shelf = shelfHolding(key)
        var slot = firstSlot(in: shelves[shelf], notBefore: key)
        if slot == shelves[shelf].count { (shelf, slot) = (shelf + 1, 0) }
        guard shelf < shelves.count, shelves[shelf][slot].repository.project.id == project else { return nil }
        return (shelf, slot)
    }

    /// The repositories that have been in a state for longest, the oldest first, without a walk through all of them. Those
    /// that are synchronised have no such order.
    public func oldest(_ status: RepositoryEntry.Status, limit: Int) -> [RepositoryEntry] {
        switch status {
        case .waiting: firstCopyAges.oldest(limit).compactMap { self[$0] }
        case .behind: behindAges.oldest(limit).compactMap { self[$0] }
        case .quarantined: quarantineAges.oldest(limit).compactMap { self[$0] }
        case .synchronized: []
        }
    }

    /// The doubtful repositories that were known to equal the upstream the longest ago, the oldest first.
    public func oldestDoubtful(limit: Int) -> [RepositoryEntry] { doubtfulAges.oldest(limit).compactMap { self[$0] } }

    /// The repositories with which something has been outstanding for longest, whatever the state, the oldest first. Neither is this a walk
    /// through all of them.
    public func oldestOutstanding(limit: Int) -> [RepositoryEntry] {
        let found = [behindAges, firstCopyAges, quarantineLags].flatMap { ages in
            ages.oldest(limit).compactMap { id in ages[id].map { (id: id, since: $0) } }
        }
        return found.sorted { $0.since < $1.since }.prefix(limit).compactMap { self[$0.id] }
    }

    /// Since when the oldest change is outstanding, of copies that are not quarantined.
    public var oldestBehind: MonotonicTime? { behindAges.oldest }
    public var oldestFirstCopy: MonotonicTime? { firstCopyAges.oldest }
    public var oldestQuarantined: MonotonicTime? { quarantineAges.oldest }
}

extension Catalogue {
    private struct Key: Comparable {
        let project: ProjectID
        let repository: RepositoryID

        static func < (left: Key, right: Key) -> Bool {
            left.project == right.project ? left.repository < right.repository : left.project < right.project
        }
    }

    private func key(_ entry: RepositoryEntry) -> Key {
        Key(project: entry.repository.project.id, repository: entry.repository.id)
    }

    private func position(of id: RepositoryID) -> (shelf: Int, slot: Int)? {
        guard let project = projectOf[id] else { return nil }
        let key = Key(project: project, repository: id)
        let shelf = shelfHolding(key)
        let slot = firstSlot(in: shelves[shelf], notBefore: key)
        return (shelf, slot)
    }

    private mutating func place(_ entry: RepositoryEntry) {
        let line = HashLine(entry)
        guard !shelves.isEmpty else {
            shelves.append([entry])
            return hashShelves.append(HashShelf(lines: [line], revision: revision))
        }
        let shelf = shelfHolding(key(entry))
        let slot = firstSlot(in: shelves[shelf], notBefore: key(entry))
        shelves[shelf].insert(entry, at: slot)
        hashShelves[shelf].lines.insert(line, at: slot)
        hashShelves[shelf].revision = revision
        guard shelves[shelf].count > Self.shelfSize else { return }
        // Both halves anew: an array that shrinks keeps the room it had.
        let (entries, lines, half) = (shelves[shelf], hashShelves[shelf].lines, Self.shelfSize / 2)
        shelves[shelf] = Array(entries[..<half])
        shelves.insert(Array(entries[half...]), at: shelf + 1)
        hashShelves[shelf].lines = Array(lines[..<half])
        hashShelves.insert(HashShelf(lines: Array(lines[half...]), revision: revision), at: shelf + 1)
    }

    /// The last shelf whose first key is not after `key`; the first one for a key before all.
    private func shelfHolding(_ key: Key) -> Int {
        var low = 0
        var high = shelves.count
        while low < high {
            let middle = (low + high) / 2
            if self.key(shelves[middle][0]) <= key { low = middle + 1 } else { high = middle }
        }
        return max(low - 1, 0)
    }

    private func firstSlot(in shelf: [RepositoryEntry], notBefore key: Key) -> Int {
        var low = 0
        var high = shelf.count
        while low < high {
            let middle = (low + high) / 2
            if self.key(shelf[middle]) < key { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
