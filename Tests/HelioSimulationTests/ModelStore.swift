import HelioNode

/// What a node's store remembers, over restarts and crashes.
struct ModelStore {
    struct Standby {
        let announcement: FarmAnnouncement
        let since: MonotonicTime
        var isDone = false
        var isReleased = false
        var isPublished = true
    }

    /// How a repository stood to what was announced when a job began.
    struct Baseline {
        let number: Int64
        let behind: Int64?
        let held: MirrorHash?
    }

    var entries: [RepositoryID: RepositoryEntry] = [:]
    var wasSynchronized = false
    var announcedNumber: [RepositoryID: Int64] = [:]
    var announcedContent: [RepositoryID: MirrorHash] = [:]
    var held: [HeldChange] = []
    /// Copies that are not what was announced, and by which announcement.
    var behind: [RepositoryID: Int64] = [:]
    var lastHeld: Int64 = 0
    var events: [Standby] = []
    var fences: [LeaseName: Int64] = [:]
    var cursor: Int64?

    func baseline(of id: RepositoryID) -> Baseline {
        Baseline(number: announcedNumber[id] ?? 0, behind: behind[id], held: held.last { $0.repository == id }?.content)
    }

    /// Whether something has been announced since that the copy did not hold then.
    private func isOvertaken(_ id: RepositoryID, since baseline: Baseline?) -> Bool {
        guard let baseline, let number = announcedNumber[id], number > baseline.number, remaining(id).isEmpty else { return false }
        return number != baseline.number + 1 || announcedContent[id] != baseline.held
    }

    /// A copy came to hold something else: what is held of it, as a member of a farm.
    mutating func complete(
        _ repository: Repository, _ content: MirrorHash, isFirst: Bool, announcesNew: Bool, since baseline: Baseline?
    ) -> HeldChange? {
        let id = repository.id
        let mayBeOlder = isOvertaken(id, since: baseline)
        behind[id] = nil
        let isAdopted = isFirst && announcedNumber[id] == nil && !announcesNew
        let isTold = announcedContent[id] == content && !held.contains { $0.repository == id }
        guard !isAdopted, !isTold else {
            announcedContent[id] = content
            announcedNumber[id] = announcedNumber[id] ?? 0
            return nil
        }
        if mayBeOlder {
            behind[id] = announcedNumber[id]
            return nil
        }
        lastHeld += 1
        let change = HeldChange(id: HeldID(lastHeld), repository: id, name: repository.name, content: content)
        held.append(change)
        return change
    }

    mutating func adopt(_ announcement: FarmAnnouncement, isPublished: Bool, at now: MonotonicTime) -> Bool {
        let id = announcement.repository
        guard (announcedNumber[id] ?? -1) < announcement.number else { return false }
        events.append(Standby(announcement: announcement, since: now, isPublished: isPublished))
        leadOn(id, announcement.number, announcement.content)
        return true
    }

    mutating func catchUp(_ id: RepositoryID, _ number: Int64, _ content: MirrorHash) {
        guard (announcedNumber[id] ?? -1) < number else { return }
        let held = held.filter { $0.repository == id }
        // One that joined since holds what leads on from there.
        if announcedNumber[id] == 0, announcedContent[id] == content, !held.isEmpty, held.allSatisfy({ $0.content != content }) {
            announcedNumber[id] = number
        } else {
            leadOn(id, number, content)
        }
    }

    private mutating func leadOn(_ id: RepositoryID, _ number: Int64, _ content: MirrorHash) {
        announcedNumber[id] = number
        announcedContent[id] = content
        guard let told = held.first(where: { $0.repository == id && $0.content == content })?.id else {
            held.removeAll { $0.repository == id }
            let isCopy = entries[id].map { $0.hasCopy && $0.content != content } ?? false
            behind[id] = isCopy ? number : nil
            return
        }
        held.removeAll { $0.repository == id && $0.id <= told }
    }

    /// A synchronisation found nothing new: the copy is newer than what was announced.
    mutating func confirm(_ repository: Repository, behind number: Int64, _ content: MirrorHash) -> HeldChange? {
        guard behind[repository.id] == number else { return nil }
        behind[repository.id] = nil
        lastHeld += 1
        let change = HeldChange(id: HeldID(lastHeld), repository: repository.id, name: repository.name, content: content)
        held.append(change)
        return change
    }

    /// What Redis is to be reminded of.
    func last(_ id: RepositoryID) -> LastAnnouncement? {
        guard let number = announcedNumber[id], number > 0, let content = announcedContent[id] else { return nil }
        let own = events.filter { $0.announcement.repository == id }
        guard own.allSatisfy(\.isPublished) else { return nil }
        let waiting = own.first { $0.announcement.number == number && !$0.isDone }
        return LastAnnouncement(repository: id, number: number, content: content, sender: waiting?.announcement.sender)
    }

    func remaining(_ id: RepositoryID) -> Set<HeldID> { Set(held.filter { $0.repository == id }.map(\.id)) }

    mutating func admit(_ fence: Int64, of lease: LeaseName) -> Bool {
        guard (fences[lease] ?? .min) <= fence else { return false }
        fences[lease] = fence
        return true
    }
}
