import Testing

@testable import HelioNode

struct StopTests {
    private func moment(_ second: Int64) -> Moment {
        Moment(
            monotonic: MonotonicTime(nanoseconds: second * 1_000_000_000),
            wall: WallTime(millisecondsSince1970: second * 1000))
    }

    private func listing(_ count: Int) throws -> Listing {
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

    /// A first copy of a large farm has many runs open, each of which waits for nearly everything. What a stop has to say about
    /// them must not grow with their product: nobody sees STOPPING before it is said.
    @Test func stop_SaysLittle_HoweverMuchWaits() throws {
        let (count, passes) = (3000, 20)
        let listing = try listing(count)
        var node = NodeMachine(settings: NodeSettings(), seed: 1, now: moment(0))
        _ = node.handle(.storageOpened(draining: nil), at: moment(0))
        var effects = node.handle(.recovered(StoredNode(entries: [], wasSynchronized: false, deletions: [])), at: moment(0))
        var now: Int64 = 0
        for _ in 0..<passes {
            while !effects.contains(where: { if case .discover = $0 { true } else { false } }) {
                now += 10
                effects = node.handle(.wake, at: moment(now))
            }
            effects = node.handle(.discovered(.success(listing)), at: moment(now))
            for case .storeMetadata(let batch) in effects { effects = node.handle(.metadataStored(batch.id, nil), at: moment(now)) }
        }
        #expect(node.runs.open.count == passes)
        effects = node.handle(.terminate, at: moment(now))
        #expect(effects.count <= 1 + 3 * passes, "\(effects.count) effects")
        #expect(node.state == .stopping)
        var cancelled = 0
        for case .happened(.repositoriesSettled(.cancel, .run, let count)) in effects { cancelled += count }
        let running = node.queue.running.count
        // The jobs that run belong to the first pass; what later ones ask of their repositories waits behind them.
        #expect(cancelled == passes * count - running)
        #expect(node.runs.open.count == 1)
    }
}
