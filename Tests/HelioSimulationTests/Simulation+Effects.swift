import HelioNode

/// What the machines want done, done in the model.
extension Simulation {
    func content(_ repository: Int, _ version: Int) -> MirrorHash {
        var raw = [UInt8](repeating: UInt8(repository + 1), count: 32)
        for byte in 0..<8 { raw[byte] = UInt8(truncatingIfNeeded: version >> (8 * byte)) }
        return .known(Digest(raw: raw))
    }

    func version(_ hash: MirrorHash) -> Int {
        guard case .known(let digest) = hash else { return 0 }
        var raw: [UInt8] = []
        digest.appendRaw(to: &raw)
        return (0..<8).reduce(0) { $0 | Int(raw[$1]) << (8 * $1) }
    }

    static let described: [Repository] = (0..<repositories).map { index in
        let project = Project(id: ProjectID(1), key: "P", name: "P", isPublic: false)
        // The name is a good one.
        let name = try! RepositoryName(project: "P", slug: ByteString("r\(index)"))
        return Repository(
            id: RepositoryID(Int64(index + 1)), name: name, displayName: "r\(index)", project: project, isPublic: false, description: nil,
            defaultBranch: .main)
    }

    private var listing: Listing {
        Listing(
            repositories: Self.described.enumerated().map { index, repository in
                ListedRepository(repository: repository, metadata: content(100, 1), content: content(index, upstream[index]))
            })
    }

    mutating func perform(_ effect: NodeEffect, on index: Int) {
        let boot = nodes[index].boot
        switch effect {
        case .rememberSynchronized: nodes[index].store.wasSynchronized = true
        case .rememberDrain: break
        case .discover:
            let isUp = upstreamIsUp && nodes[index].seesUpstream
            let result: Result<Listing, HelioNode.Failure> = isUp ? .success(listing) : .failure(.init(.connection, "away"))
            schedule(.node(index, boot: boot, .discovered(result)), in: between(5, 300))
        case .find(let name): schedule(.node(index, boot: boot, .found(name, .success(nil))), in: between(5, 50))
        case .storeMetadata(let batch):
            for listed in batch.listed where nodes[index].store.entries[listed.repository.id] == nil {
                nodes[index].store.entries[listed.repository.id] = RepositoryEntry(repository: listed.repository, metadata: listed.metadata)
                if batch.announcesNew { nodes[index].store.announcedNumber[listed.repository.id] = 0 }
            }
            schedule(.node(index, boot: boot, .metadataStored(batch.id, nil)), in: between(1, 20))
            if !batch.upserts.isEmpty { schedule(.farm(index, boot: boot, .listed), in: .milliseconds(1)) }
        case .synchronize(let job): begin(job, on: index)
        case .hash(let repositories):
            let store = nodes[index].store
            let hashes = Dictionary(uniqueKeysWithValues: repositories.map { ($0.id, store.entries[$0.id]?.content as MirrorHash?) })
            schedule(.node(index, boot: boot, .hashed(hashes)), in: between(5, 100))
        case .compare(let id, let repositories, _): compare(id, repositories, on: index)
        case .trash(let names): schedule(.node(index, boot: boot, .trashed(names)), in: between(5, 100))
        case .maintain(let repository): schedule(.node(index, boot: boot, .maintained(repository.id)), in: between(5, 100))
        case .vetEnded(let report):
            schedule(.farm(index, boot: boot, .vetEnded(report.ids, failed: report.unresolved > 0)), in: .milliseconds(1))
        case .vetRefused(let id): schedule(.farm(index, boot: boot, .vetEnded([id], failed: true)), in: .milliseconds(1))
        case .happened(.vetStarted(let id, _)): schedule(.farm(index, boot: boot, .vetStarted(id)), in: .milliseconds(1))
        case .happened(.discoveryEnded(let status, _, _)):
            for id in nodes[index].listings { schedule(.farm(index, boot: boot, .listedFor(id, failed: status != .success)), in: .milliseconds(1)) }
            nodes[index].listings = []
        case .transitioned, .cancel, .record, .noteBehind, .noteLost, .noteCaughtUp, .quarantined, .recovered, .runOpened, .runPlanned,
            .runClosed, .log, .happened:
            break
        }
    }

    private mutating func compare(_ id: RunID, _ repositories: [Repository], on index: Int) {
        let isUp = upstreamIsUp && nodes[index].seesUpstream
        let comparisons = repositories.map { repository in
            let ours = nodes[index].store.entries[repository.id].flatMap { $0.hasCopy ? $0.content : nil }
            let number = Int(repository.id.value) - 1
            return Comparison(
                repository: repository.id, ours: .success(ours),
                upstream: isUp ? .success(content(number, upstream[number])) : .failure(.init(.connection, "away")))
        }
        schedule(.node(index, boot: nodes[index].boot, .compared(id, comparisons)), in: between(5, 300))
    }

    /// The upstream's listing is of now, the moment that it counts from: what is pushed and announced while the job lasts it does not
    /// bring.
    private mutating func begin(_ job: SyncJob, on index: Int) {
        let id = job.repository.id
        let isUp = upstreamIsUp && nodes[index].seesUpstream
        let begun = Begun(version: isUp ? upstream[Int(id.value) - 1] : nil, baseline: nodes[index].store.baseline(of: id))
        let isLong = story == .slow && Int.random(in: 0..<4, using: &random) == 0
        schedule(.synchronize(index, boot: nodes[index].boot, job, begun), in: isLong ? between(3_000, 12_000) : between(20, 2_000))
    }

    mutating func synchronize(_ job: SyncJob, _ begun: Begun, on index: Int) {
        let id = job.repository.id
        guard upstreamIsUp, nodes[index].seesUpstream, let version = begun.version else {
            feed(index, .synchronized(id, nil, listedAt: job.startedAt.monotonic))
            return feed(index, .synchronized(job.id, id, .failure(.init(.connection, "away"))))
        }
        let number = Int(id.value) - 1
        let new = content(number, version)
        let entry = nodes[index].store.entries[id]
        let isFirst = entry?.hasCopy != true
        let changed = isFirst || entry?.content != new
        var held: HeldChange?
        if changed {
            nodes[index].store.entries[id]?.hasCopy = true
            nodes[index].store.entries[id]?.content = new
            let baseline = looksAgain ? begun.baseline : nil
            held = nodes[index].store.complete(job.repository, new, isFirst: isFirst, announcesNew: false, since: baseline)
            note("\(nodes[index].name) has r\(number) v\(version)\(held == nil ? "" : " held")")
        }
        if !changed, let behind = begun.baseline.behind { held = nodes[index].store.confirm(job.repository, behind: behind, new) }
        if let held {
            hold(held, listedAt: job.startedAt.monotonic, on: index)
        } else if changed {
            let change = CopyChange(repository: id, name: job.repository.name, content: new, kind: isFirst ? .snapshot : .incremental)
            feed(index, .changed(change, listedAt: job.startedAt.monotonic))
        }
        feed(index, .synchronized(id, new, listedAt: job.startedAt.monotonic))
        if changed, nodes[index].store.behind[id] != nil { feed(index, NodeEvent.notified(job.repository.name)) }
        let result = SyncResult(
            kind: isFirst ? .snapshot : .incremental, changed: changed, content: new, head: .symbolic(.main), metadata: content(100, 1),
            defaultBranch: .main)
        feed(index, .synchronized(job.id, id, .success(result)))
    }

    // MARK: The farm

    mutating func perform(_ effect: FarmEffect, on index: Int) {
        let boot = nodes[index].boot
        switch effect {
        case .view(let view): schedule(.node(index, boot: boot, .farm(view)), in: .milliseconds(1))
        case .synchronize(let name): schedule(.node(index, boot: boot, .notified(name)), in: .milliseconds(1))
        case .list(let id):
            nodes[index].listings.append(id)
            schedule(.node(index, boot: boot, .passWanted), in: .milliseconds(1))
        case .readLetters: schedule(.letters(index, boot: boot), in: between(1, 50))
        case .joinRefused(let why, let isFirst):
            if isFirst { fail("\(nodes[index].name) is refused: \(why)") }
        case .log(let line): note("\(nodes[index].name): \(line.message)")
        case .measured, .synchronizedEverywhere: break
        case .beat, .send, .lease, .propose, .adopt, .publish:
            // On its way to Redis; what the node sent before it is paused or killed arrives nevertheless.
            let delay = Int.random(in: 0..<50, using: &random) == 0 ? between(500, 3_000) : between(1, 50)
            schedule(.effect(index, boot: boot, effect), in: delay)
        case .obey, .remember, .release, .takeOver, .settleDelivery, .findOrphans: arrive(effect, on: index)
        }
    }

    private func reaches(_ index: Int) -> Bool { redis.isUp && nodes[index].seesRedis }

    /// An effect arrives where it is done.
    mutating func arrive(_ effect: FarmEffect, on index: Int) {
        switch effect {
        case .beat(let record): beat(record, on: index)
        case .send(let message): if reaches(index) { tell(message, from: index) }
        case .lease(let request): ask(request, on: index)
        case .propose(let proposal): propose(proposal, on: index)
        case .adopt(let repository, let number): adopt(repository, number, on: index)
        case .release(let repository): release(repository, on: index) { _ in true }
        case .takeOver(let claim): release(claim.repository, on: index) { $0 == claim.sender }
        case .settleDelivery(let repository, let number, _, let member):
            for event in nodes[index].store.events.indices {
                let announcement = nodes[index].store.events[event].announcement
                let isIt = announcement.number == number || announcement.number < number && announcement.sender == member
                if announcement.repository == repository, isIt { nodes[index].store.events[event].isDone = true }
            }
        case .findOrphans(let present): findOrphans(present, on: index)
        case .publish: publish(index)
        case .remember(let lease, let fence): _ = nodes[index].store.admit(fence, of: lease)
        case .obey(let id, let fence): obey(id, fence, on: index)
        case .view, .synchronize, .list, .readLetters, .joinRefused, .log, .measured, .synchronizedEverywhere: break
        }
    }

    private mutating func beat(_ record: MemberRecord, on index: Int) {
        guard reaches(index) else { return schedule(.farm(index, boot: nodes[index].boot, .unread("away")), in: between(1, 1_000)) }
        let began = now - .milliseconds(1)
        if redis.data.members[record.id]?.record.standing.matters != record.standing.matters { hint(.membersHint, except: index) }
        let event: FarmEvent =
            switch redis.register(record, beganAt: began, at: now) {
            case .success(let reading): .read(reading)
            case .failure(let refusal): .refused(refusal)
            }
        if case .read(let reading, _) = event, !reading.wasRegistered { remind(nodes[index].farm.waiting, by: index) }
        schedule(.farm(index, boot: nodes[index].boot, event), in: between(1, 50))
        schedule(.letters(index, boot: nodes[index].boot), in: between(1, 50))
    }

    mutating func tell(_ message: FarmMessage, from index: Int) {
        redis.send(message, from: nodes[index].id, at: now)
        hint(.hint, except: index)
    }

    private mutating func hint(_ hint: FarmEvent, except index: Int) {
        // Hints may be lost.
        for other in nodes.indices where other != index && Int.random(in: 0..<10, using: &random) > 0 {
            schedule(.farm(other, boot: nodes[other].boot, hint), in: between(1, 100))
        }
    }

    mutating func readLetters(_ index: Int) {
        guard reaches(index) else { return }
        let mail = redis.letters(after: nodes[index].store.cursor)
        nodes[index].store.cursor = mail.cursor
        if isMember(index) {
            let changed = mail.letters.compactMap { letter -> RepositoryID? in
                guard letter.sender != nodes[index].id, case .changed(_, _, let id, _) = letter.message else { return nil }
                return id
            }
            remind(changed, by: index)
        }
        for letter in mail.letters {
            var ours: MirrorHash?
            if case .changed(_, _, let id, _) = letter.message { ours = nodes[index].store.entries[id].flatMap { $0.hasCopy ? $0.content : nil } }
            feed(index, .letter(letter, ours: ours))
        }
    }

    private mutating func ask(_ request: LeaseRequest, on index: Int) {
        let name: LeaseName =
            switch request {
            case .acquire(let name, _), .renew(let name, _, _), .release(let name, _): name
            }
        var reply = LeaseReply.unknown("away")
        if reaches(index) {
            reply = redis.ask(request, nodes[index].id, floor: nodes[index].store.fences[name] ?? 0, at: now)
            // The answer may be lost.
            if Int.random(in: 0..<20, using: &random) == 0 { reply = .unknown("lost") }
        }
        if case .release = request { return }
        if case .granted(let fence) = reply { _ = nodes[index].store.admit(fence, of: name) }
        schedule(.farm(index, boot: nodes[index].boot, .lease(name, reply)), in: between(1, 100))
    }

    private mutating func obey(_ id: FarmOperationID, _ fence: Int64, on index: Int) {
        guard nodes[index].store.admit(fence, of: .vet) else {
            return schedule(.farm(index, boot: nodes[index].boot, .vetEnded([id], failed: true)), in: .milliseconds(1))
        }
        if let last = nodes[index].obeyed.last, fence < last { fail("\(nodes[index].name) obeyed \(fence) after \(last)") }
        nodes[index].obeyed.append(fence)
        schedule(.node(index, boot: nodes[index].boot, .vetRequested(id)), in: .milliseconds(1))
    }
}

extension Standing {
    /// What the others are told of at once.
    fileprivate var matters: [String] { [state.rawValue, "\(isDraining) \(status) \(isReady) \(wantsToWithdraw)"] }
}
