@testable import HelioNode
import Testing

/// A vet that finds everything different, with two workers, and half of the repairs fail: it ends all the same.
struct VetCrowdTests {
    private static let repositories: Int64 = 2000
    private static let vet = RunID("00000000-0000-4000-8000-000000000001")

    private var node: NodeMachine
    private var now = Moment(monotonic: MonotonicTime(nanoseconds: 0), wall: WallTime(millisecondsSince1970: 0))
    private var pending: [(due: MonotonicTime, event: NodeEvent)] = []
    private var upstream: UInt8 = 1
    private var copies: [RepositoryID: UInt8] = [:]
    private var ended: VetReport?
    private var refused: [RunID] = []
    private var atOnce = 0
    private var most = 0

    init() throws {
        var settings = NodeSettings()
        (settings.syncConcurrency, settings.syncAttempts) = (2, 2)
        node = NodeMachine(settings: settings, seed: 1, now: now)
    }

    private static func content(_ version: UInt8) -> MirrorHash { .known(Digest(raw: [UInt8](repeating: version, count: 32))) }

    private static func repository(_ number: Int64) throws -> Repository {
        let project = Project(id: ProjectID(1), key: "P", name: "P", isPublic: false)
        return Repository(
            id: RepositoryID(number), name: try RepositoryName(project: "P", slug: ByteString("r\(number)")), displayName: "r", project: project, isPublic: false,
            description: nil, defaultBranch: .main)
    }

    private mutating func feed(_ event: NodeEvent) throws {
        for effect in node.handle(event, at: now) { try perform(effect) }
    }

    private mutating func after(_ milliseconds: Int64, _ event: NodeEvent) {
        pending.append((now.monotonic + .milliseconds(milliseconds), event))
    }

    private mutating func perform(_ effect: NodeEffect) throws {
        switch effect {
        case .discover:
            let listed = try (1...Self.repositories).map {
                ListedRepository(repository: try Self.repository($0), metadata: Self.content(9), content: Self.content(upstream))
            }
            after(5, .discovered(.success(Listing(repositories: listed))))
        case .storeMetadata(let batch): after(1, .metadataStored(batch.id, nil))
        case .synchronize(let job):
            atOnce += 1
            most = max(most, atOnce)
            after(10, .synchronized(job.id, job.repository.id, result(of: job)))
        case .compare(let id, let repositories, _):
            after(3, .compared(id, repositories.map { repository in
                Comparison(
                    repository: repository.id, ours: .success(Self.content(copies[repository.id] ?? 1)), upstream: .success(Self.content(upstream)))
            }))
        case .hash(let repositories):
            after(1, .hashed(Dictionary(uniqueKeysWithValues: repositories.map { ($0.id, Self.content(copies[$0.id] ?? 1) as MirrorHash?) })))
        case .maintain(let repository): after(1, .maintained(repository.id))
        case .vetEnded(let report): if report.ids.contains(where: { $0 == Self.vet }) { ended = report }
        case .vetRefused(let id): refused.append(id)
        default: break
        }
    }

    /// Every second repository cannot be read, once there is something to read.
    private mutating func result(of job: SyncJob) -> Result<SyncResult, Failure> {
        let id = job.repository.id
        guard upstream == 1 || id.value % 2 == 0 else { return .failure(Failure(.corrupt, "bad object")) }
        let changed = copies[id] ?? 1 != upstream
        copies[id] = upstream
        return .success(
            SyncResult(
                kind: .incremental, changed: changed, content: Self.content(upstream), head: .symbolic(.main), metadata: Self.content(9),
                defaultBranch: .main))
    }

    /// Steps through what happens next until `isDone`; a machine that waits for nothing, or for ever, does not get there.
    private mutating func run(until isDone: (Self) -> Bool) throws -> Bool {
        for _ in 0..<200_000 where !isDone(self) {
            let next = pending.indices.min { pending[$0].due < pending[$1].due }
            let wake = node.nextWake(after: now)
            guard let due = [next.map { pending[$0].due }, wake].compactMap({ $0 }).min() else { return false }
            now = Moment(monotonic: max(due, now.monotonic), wall: now.wall)
            guard let next, pending[next].due <= now.monotonic else {
                try feed(.wake)
                now = Moment(monotonic: now.monotonic + .milliseconds(1), wall: now.wall)
                continue
            }
            let event = pending.remove(at: next).event
            if case .synchronized = event { atOnce -= 1 }
            try feed(event)
        }
        return isDone(self)
    }

    private mutating func start() throws {
        let entries = try (1...Self.repositories).map { number in
            var entry = RepositoryEntry(repository: try Self.repository(number), metadata: Self.content(9))
            (entry.hasCopy, entry.content) = (true, Self.content(1))
            return entry
        }
        try feed(.storageOpened(draining: nil))
        try feed(.recovered(StoredNode(entries: entries, wasSynchronized: true, deletions: [])))
    }

    /// Asked for again and again while none can begin: so many are answered by the first, and whoever asked for one more does not wait.
    @Test mutating func vets_AreRefused_WhileTooManyWait() throws {
        var random = SeededGenerator(seed: 7)
        let more = (0..<NodeMachine.vetRequestsKept + 2).map { _ in RunID(using: &random) }
        let asked = [try #require(Self.vet)] + more
        for (index, id) in asked.enumerated() {
            #expect(node.snapshot().takesVets == (index < NodeMachine.vetRequestsKept))
            try feed(.vetRequested(id))
        }
        #expect(refused == Array(asked[NodeMachine.vetRequestsKept...]))
        try start()
        #expect(try run { $0.ended != nil })
        #expect(ended?.ids == Array(asked[..<NodeMachine.vetRequestsKept]) && node.snapshot().takesVets)
        try feed(.terminate)
        try feed(.vetRequested(asked[0]))
        #expect(refused.last == asked[0], "a node that stops begins none")
    }

    @Test mutating func vet_Ends_WithTwoWorkers_WhenHalfOfTwoThousandRepairsFail() throws {
        try start()
        #expect(try run { $0.node.state == .synchronized })
        upstream = 2
        try feed(.vetRequested(try #require(Self.vet)))
        #expect(try run { $0.ended != nil })
        let report = try #require(ended)
        // What fails by itself is in quarantine by then, and holds up nobody.
        #expect(report.unresolved == 0 && most == 2, "\(report.unresolved) unresolved, \(most) at once")
        #expect(report.count(.lagging) + report.count(.mismatch) == 2000)
        #expect(copies.values.count { $0 == 2 } == 1000 && node.catalogue.counts.quarantined == 1000)
    }
}
