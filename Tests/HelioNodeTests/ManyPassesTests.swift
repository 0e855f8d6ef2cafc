import Testing

@testable import HelioNode

/// A first copy of a large farm, during which one pass after the other finds nearly everything outstanding.
struct ManyPassesTests {
    private let count = 3000
    private var node = NodeMachine(settings: NodeSettings(), seed: 1, now: moment(0))
    private var now: Int64 = 0

    private static func moment(_ second: Int64) -> Moment {
        Moment(
            monotonic: MonotonicTime(nanoseconds: second * 1_000_000_000),
            wall: WallTime(millisecondsSince1970: second * 1000))
    }

    private func listing() throws -> Listing {
        let repositories = try (0..<count).map { number in
            let name = try RepositoryName(ByteString("P\(number % 100)/r\(number)"))
            let project = Project(
                id: ProjectID(Int64(number % 100)), key: name.project, name: "", isPublic: false)
            let repository = Repository(
                id: RepositoryID(Int64(number)), name: name, displayName: "", project: project, isPublic: false,
                description: nil, defaultBranch: nil)
            return ListedRepository(repository: repository, metadata: .unknown, content: .known(Digest(raw: [UInt8](repeating: 7, count: 32))))
        }
        return Listing(repositories: repositories)
    }

    private mutating func say(_ event: NodeEvent) -> [NodeEffect] { node.handle(event, at: Self.moment(now)) }

    /// - Returns: the effects of all passes, from the first start on.
    private mutating func make(passes: Int) throws -> [NodeEffect] {
        let listing = try listing()
        _ = say(.storageOpened(draining: nil))
        var effects = say(.recovered(StoredNode(entries: [], wasSynchronized: false, deletions: [])))
        var all = effects
        for _ in 0..<passes {
            while !effects.contains(where: { if case .discover = $0 { true } else { false } }) {
                now += 10
                effects = say(.wake)
            }
            effects = say(.discovered(.success(listing)))
            all += effects
            for case .storeMetadata(let batch) in effects {
                effects = say(.metadataStored(batch.id, nil))
                all += effects
            }
        }
        return all
    }

    private func cancelled(in effects: [NodeEffect]) -> Int {
        effects.reduce(0) { sum, effect in
            if case .happened(.repositoriesSettled(.cancel, .run, let count)) = effect { sum + count } else { sum }
        }
    }

    /// What a stop has to say must not grow with the product of runs and repositories: nobody sees STOPPING before it is said.
    @Test mutating func stop_SaysLittle_HoweverMuchWaits() throws {
        let passes = 20
        _ = try make(passes: passes)
        #expect(node.runs.open.count == passes)
        let effects = say(.terminate)
        #expect(effects.count <= 1 + 3 * passes, "\(effects.count) effects")
        #expect(node.state == .stopping)
        let running = node.queue.running.count
        // The jobs that run belong to the first pass; what later ones ask of their repositories waits behind them.
        #expect(cancelled(in: effects) == passes * count - running)
        #expect(node.runs.open.count == 1)
    }

    /// Else runs, and the requests that name them, take more and more memory until the first copy is through.
    @Test mutating func passes_PreemptEarlierOnes_WhenAllWaitForTooMuch() throws {
        node.runs.outstandingKept = 5 * count
        let effects = try make(passes: 20)
        let closed = effects.compactMap { if case .runClosed(let run) = $0 { run } else { nil } }
        #expect(closed.count == 13)
        #expect(closed.allSatisfy { $0.end?.status == .cancel && $0.end?.reason == "preempted" && $0.outcomes == [.cancel: count] })
        #expect(cancelled(in: effects) == 13 * count)
        let open = node.runs.open.values.sorted { $0.claimedAt.monotonic < $1.claimedAt.monotonic }
        #expect(open.count == 7)
        // The first of all stays, and the last ones.
        #expect(open.first?.claimedAt.monotonic == Self.moment(0).monotonic)
        #expect(open.dropFirst().allSatisfy { run in closed.allSatisfy { $0.claimedAt.monotonic < run.claimedAt.monotonic } })
        let named = node.queue.waiting.values.reduce(into: Set<RunID>()) { $0.formUnion($1.runs) }
        #expect(named.isSubset(of: node.runs.open.keys))
    }
}
