import HelioNode

/// Speaks to a `NodeMachine` in words and prints what it wants done.
struct Conversation {
    struct Misunderstood: Error { let line: String }

    private(set) var node: NodeMachine
    private var now = Moment(monotonic: MonotonicTime(nanoseconds: 0), wall: WallTime(millisecondsSince1970: 0))
    private var jobs: [String: SyncJob] = [:]
    private var batches: [MetadataBatch.ID] = []
    private var vet: RunID?
    private var settings = NodeSettings()
    private var names: [RepositoryID: String] = [:]
    private var runNumbers: [RunID: Int] = [:]
    private var tally = Tally()

    init() { node = NodeMachine(settings: settings, seed: 1, now: now) }

    mutating func answer(to line: String) -> [String] {
        do { return try say(line) } catch { return ["MISUNDERSTOOD \(error)"] }
    }

    private mutating func say(_ line: String) throws -> [String] {
        var words = line.split(separator: " ").map(String.init)
        let verb = words.removeFirst()
        switch verb {
        case "settings": return try feed(.reconfigured(parse(settings: words)))
        case "storage-opens": return feed(.storageOpened(draining: nil))
        case "recovers": return try feed(.recovered(stored(words)))
        case "start-fails": return feed(.startFailed(words.joined(separator: " ")))
        case "lists": return try feed(.discovered(.success(listing(words))))
        case "discovery-fails": return try feed(.discovered(.failure(failure(words[0]))))
        case "stores": return try feed(.metadataStored(oldestBatch(), nil))
        case "cannot-store": return try feed(.metadataStored(oldestBatch(), failure("disk")))
        case "finds": return try feed(.found(name(words[0]), .success(listing(words).repositories.first)))
        case "finds-nothing": return try feed(.found(name(words[0]), .success(nil)))
        case "synchronizes": return try words.flatMap { try synchronized($0) }
        case "fails": return try failed(words[0], failure(words[1], isOfUpstream: words.last == "upstream"))
        case "hashes": return try feed(.hashed(hashes(words)))
        case "compares": return try feed(.compared(vet.unwrapped(line), words.map { try comparison($0) }))
        case "trashes": return try feed(.trashed(words.map { try name($0) }))
        case "maintains": return try feed(.maintained(identity(words[0])))
        case "notify": return try feed(.notified(name(words[0])))
        case "sync": return try feed(syncRequest(words))
        case "vet": return feed(.vetRequested(freshID()))
        case "drain": return feed(.drain(reason: words.joined(separator: " "), isKept: false))
        case "undrain": return feed(.undrain)
        case "disk": return try feed(.disk(free: Int64(words[0]).unwrapped(line) << 30, total: 100 << 30))
        case "store-writable": return feed(.storeWritable(words[0] == "yes"))
        case "terminate": return feed(.terminate)
        case "halt": return feed(.halted)
        case "wait": return try wait(seconds(words[0]))
        case "status": return [status()]
        case "ready": return ready()
        case "confirmed": return try [confirmed(identity(words[0]))]
        case "counted": return tally.tell()
        case "entry": return try [describe(identity(words[0]))]
        default: throw Misunderstood(line: line)
        }
    }

    private mutating func feed(_ event: NodeEvent) -> [String] {
        node.handle(event, at: now).compactMap { describe($0) }
    }

    /// Lets the time pass, waking the node whenever it wants to be woken.
    private mutating func wait(_ duration: Duration) throws -> [String] {
        var lines: [String] = []
        let end = now.monotonic + duration
        while let due = node.nextWake(after: now), due <= end {
            move(to: max(due, now.monotonic + .nanoseconds(1)))
            let effects = feed(.wake)
            if !effects.isEmpty { lines += ["at \(Int(now.monotonic.nanoseconds / 1_000_000_000))s"] + effects }
        }
        move(to: end)
        return lines
    }

    private mutating func move(to time: MonotonicTime) {
        now = Moment(monotonic: time, wall: WallTime(millisecondsSince1970: time.nanoseconds / 1_000_000))
    }
}

// MARK: What is said

extension Conversation {
    private mutating func oldestBatch() throws -> MetadataBatch.ID {
        guard !batches.isEmpty else { throw Misunderstood(line: "nothing is being stored") }
        return batches.removeFirst()
    }

    private func seconds(_ text: String) throws -> Duration {
        try .seconds(Int(text.dropLast()).unwrapped(text))
    }

    private mutating func parse(settings words: [String]) throws -> NodeSettings {
        for word in words {
            let pair = word.split(separator: "=").map(String.init)
            switch pair[0] {
            case "strict": settings.strict = pair[1] == "yes"
            case "concurrency": settings.syncConcurrency = try Int(pair[1]).unwrapped(word)
            case "attempts": settings.syncAttempts = try Int(pair[1]).unwrapped(word)
            case "interval": settings.syncInterval = try seconds(pair[1])
            case "quarantine-blocks": settings.quarantineBlocksSynchronized = pair[1] == "yes"
            default: throw Misunderstood(line: word)
            }
        }
        return settings
    }

    /// `P/a=h1`: a repository and a hash. `P/a`: without.
    private mutating func pair(_ word: String) throws -> (repository: Repository, hash: String?) {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        return (try repository(parts[0]), parts.count > 1 ? parts[1] : nil)
    }

    private func name(_ word: String) throws -> RepositoryName {
        try RepositoryName(ByteString(String(word.split(separator: "=")[0])))
    }

    private mutating func repository(_ path: String) throws -> Repository {
        let name = try name(path)
        let id = RepositoryID(Int64(path.utf8.reduce(0) { $0 * 131 + Int($1) }))
        let project = ProjectID(Int64(name.project.bytes.reduce(0) { $0 * 131 + Int($1) }))
        names[id] = path
        return Repository(
            id: id, name: name, displayName: name.slug.description,
            project: Project(id: project, key: name.project, name: name.project.description, isPublic: false),
            isPublic: false, description: nil, defaultBranch: .main)
    }

    private mutating func identity(_ path: String) throws -> RepositoryID { try repository(path).id }

    private func hash(_ token: String) -> MirrorHash {
        token == "?" ? .unknown : .known(Digest(raw: Array(token.utf8) + [UInt8](repeating: 0, count: 32 - token.utf8.count)))
    }

    /// `connection:60s` of a 503, `connection:60s:host` of a 429; `corrupt upstream` of what is damaged there.
    private func failure(_ word: String, isOfUpstream: Bool = false) throws -> Failure {
        let parts = word.split(separator: ":").map(String.init)
        let after = try parts.count > 1 ? seconds(parts[1]) : nil
        let isOfHost = parts.count > 2
        let reason = try FailureReason(rawValue: parts[0]).unwrapped(word)
        return Failure(reason, "said so", retryAfter: after, isOfHost: isOfHost, isOfUpstream: isOfUpstream)
    }

    private mutating func stored(_ words: [String]) throws -> StoredNode {
        var entries: [RepositoryEntry] = []
        for word in words where word != "synchronized" {
            let (repository, token) = try pair(word)
            var entry = RepositoryEntry(repository: repository, metadata: hash("m"))
            if let token {
                // `P/a=h1<`: a change is known that the copy does not have.
                entry.content = hash(String(token.prefix { $0 != "<" }))
                if token.hasSuffix("<") { entry.behindSince = now.monotonic }
                entry.hasCopy = true
                entry.initialSync = now.wall
                entry.head = .symbolic(.main)
            }
            entries.append(entry)
        }
        return StoredNode(entries: entries, wasSynchronized: words.contains("synchronized"), deletions: [])
    }

    private mutating func listing(_ words: [String]) throws -> Listing {
        var listing = Listing(repositories: [])
        for word in words {
            if word == "-" {
                listing.isBlank = true
            } else if word.hasPrefix("?") {
                listing.unseen.insert(ByteString(String(word.dropFirst())))
            } else if word.hasPrefix("!") {
                listing.rejected.append(RejectedRepository(path: String(word.dropFirst()), why: "said so"))
            } else {
                let (repository, token) = try pair(word)
                listing.repositories.append(
                    ListedRepository(repository: repository, metadata: hash("m"), content: token.map { hash($0) }))
            }
        }
        return listing
    }

    /// `P/a=h2` after a change, `P/a==h2` when nothing had to be done.
    private mutating func synchronized(_ word: String) throws -> [String] {
        let same = word.contains("==")
        let (repository, token) = try pair(word.replacing("==", with: "="))
        let job = try endedJob(repository.name.description)
        let result = try SyncResult(
            kind: job.hasCopy ? .incremental : .snapshot, changed: !same, content: hash(token.unwrapped(word)),
            head: .symbolic(.main), metadata: hash("m"), defaultBranch: .main)
        return feed(.synchronized(job.id, job.repository.id, .success(result)))
    }

    private mutating func failed(_ path: String, _ failure: Failure) throws -> [String] {
        let job = try endedJob(path)
        return feed(.synchronized(job.id, job.repository.id, .failure(failure)))
    }

    private mutating func endedJob(_ path: String) throws -> SyncJob {
        try jobs.removeValue(forKey: path).unwrapped("no job runs for \(path)")
    }

    private mutating func hashes(_ words: [String]) throws -> [RepositoryID: MirrorHash?] {
        var hashes: [RepositoryID: MirrorHash?] = [:]
        for word in words {
            let (repository, token) = try pair(word)
            hashes[repository.id] = .some(token.map { hash($0) })
        }
        return hashes
    }

    /// `P/a=ours:theirs`; `-` stands for no copy, a failure reason with `!` for a side that cannot be read.
    private mutating func comparison(_ word: String) throws -> Comparison {
        let (repository, tokens) = try pair(word)
        let sides = try tokens.unwrapped(word).split(separator: ":").map(String.init)
        let ours: Result<MirrorHash?, Failure> =
            try sides[0].hasPrefix("!") ? .failure(failure(String(sides[0].dropFirst()))) : .success(sides[0] == "-" ? nil : hash(sides[0]))
        let theirs: Result<MirrorHash, Failure> =
            try sides[1].hasPrefix("!") ? .failure(failure(String(sides[1].dropFirst()))) : .success(hash(sides[1]))
        return Comparison(repository: repository.id, ours: ours, upstream: theirs)
    }

    private mutating func syncRequest(_ words: [String]) throws -> NodeEvent {
        let scope: RunScope =
            switch words[0] {
            case "all": .all
            case let path where path.contains("/"): .repository(try name(path))
            default: .project(ByteString(words[0]))
            }
        return .syncRequested(freshID(), scope, acceptDeletions: words.contains("accept-deletions"))
    }

    private func freshID() -> RunID {
        var random = SeededGenerator(seed: UInt64(runNumbers.count + 1000))
        return RunID(using: &random)
    }
}

// MARK: What the node wants

extension Conversation {
    private mutating func describe(_ effect: NodeEffect) -> String? {
        switch effect {
        case .transitioned(let step): "\(step.from.rawValue) -> \(step.to.rawValue) (\(step.reason))"
        case .rememberSynchronized: "remember SYNCHRONIZED"
        case .rememberDrain(let reason): reason.map { "remember to be drained (\($0))" } ?? "remember no drain"
        case .discover: "discover"
        case .find(let name): "find \(name)"
        case .storeMetadata(let batch): store(batch)
        case .synchronize(let job): start(job)
        case .cancel(let id): "cancel job \(id.value)"
        case .hash(let repositories): "hash " + list(repositories)
        case .compare(let id, let repositories, _): compare(id, repositories)
        case .maintain(let repository): "maintain \(repository.name)"
        case .trash(let names): "trash " + names.map(\.description).joined(separator: " ")
        case .record(let id, let record): "record \(names[id] ?? "?") failures=\(record.failedSyncCount)\(record.isQuarantined ? " quarantined" : "")"
        case .noteBehind(let id): "note behind \(names[id] ?? "?")"
        case .noteLost(let id): "note lost \(names[id] ?? "?")"
        case .noteCaughtUp(let id): "note caught up \(names[id] ?? "?")"
        case .quarantined(let repository, let failure, let failures):
            "tell that \(repository.name) is quarantined (\(failure.reason.rawValue), \(failures) failures)"
        case .recovered(let repository): "tell that \(repository.name) works again"
        case .runOpened(let run): "run \(number(run.id)) opened (\(run.trigger.rawValue))"
        case .runPlanned(let run): "run \(number(run.id)) planned \(run.planned ?? 0), outstanding \(run.outstandingCount)"
        case .runClosed(let run): closed(run)
        case .vetEnded(let report): ended(report)
        case .vetRefused: "refuse a vet"
        case .happened(let fact): tally.note(fact)
        case .log(let line): line.message.hasPrefix("vet ") ? nil : "log \(line.level.rawValue): \(line.message)"
        }
    }

    private mutating func store(_ batch: MetadataBatch) -> String {
        batches.append(batch.id)
        let news = batch.announcesNew && !batch.upserts.isEmpty ? ", new ones are news" : ""
        return "store \(batch.upserts.count) repositories, delete \(batch.deletions.count)" + news
    }

    private mutating func start(_ job: SyncJob) -> String {
        jobs[names[job.repository.id] ?? ""] = job
        let how = job.request.rebuild ? "rebuild" : job.hasCopy ? "update" : "copy"
        return "synchronize \(job.repository.name) (\(how), \(job.request.trigger.rawValue), attempt \(job.attempt))"
    }

    private mutating func compare(_ id: RunID, _ repositories: [Repository]) -> String {
        vet = id
        return "compare " + list(repositories)
    }

    private mutating func number(_ id: RunID) -> Int {
        if runNumbers[id] == nil { runNumbers[id] = runNumbers.count + 1 }
        return runNumbers[id] ?? 0
    }

    private mutating func closed(_ run: Run) -> String {
        let counts = RepositoryOutcome.allCases.compactMap { outcome in run.outcomes[outcome].map { "\(outcome.rawValue)=\($0)" } }
        let end = run.end.map { "\($0.status.rawValue) after \(Int($0.duration.inSeconds))s" + ($0.reason.map { ", \($0)" } ?? "") }
        return "run \(number(run.id)) closed: \(end ?? "?")" + (counts.isEmpty ? "" : " [\(counts.joined(separator: " "))]")
    }

    private func ended(_ report: VetReport) -> String {
        let counts = VetClass.allCases.filter { report.count($0) > 0 }.map { "\($0.rawValue)=\(report.count($0))" }
        return "vet ended: " + (counts + ["unresolved=\(report.unresolved)"]).joined(separator: " ")
    }

    private func list(_ repositories: [Repository]) -> String { repositories.map(\.name.description).joined(separator: " ") }

    private func status() -> String {
        let verdict = node.snapshot().verdict
        return "\(verdict.state.rawValue) \(verdict.code)"
    }

    private func ready() -> [String] {
        let snapshot = node.snapshot()
        let readiness = snapshot.readiness(at: now.monotonic)
        let lag = Int(snapshot.lag(at: now.monotonic).inSeconds)
        return [(readiness.isReady ? "ready" : "not ready") + ", lag \(lag)s"]
            + readiness.reasons.map { "- \($0.rule.rawValue): \($0.actual), limit \($0.limit)" }
    }

    private func confirmed(_ id: RepositoryID) -> String {
        guard let since = node.catalogue[id]?.confirmedAt else { return "never known to equal the upstream" }
        return "last known to equal the upstream \(Int((now.monotonic - since).inSeconds))s ago"
    }

    private func describe(_ id: RepositoryID) -> String {
        guard let entry = node.catalogue[id] else { return "not in the catalogue" }
        return "\(entry.status.rawValue), failures \(entry.failedSyncCount), last \(entry.lastFailure?.reason.rawValue ?? "none")"
    }
}

extension Optional {
    func unwrapped(_ line: String) throws -> Wrapped {
        guard let self else { throw Conversation.Misunderstood(line: line) }
        return self
    }
}
