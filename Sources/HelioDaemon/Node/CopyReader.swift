import HelioGit
import HelioNode

/// Reads copies and upstreams for hashing and for the vet. Reads wait for each other in a lane of their own, so that a vet of
/// everything never takes the place of a synchronisation.
struct CopyReader: Sendable {
    let adapters: Adapters
    /// Two lanes, because a comparison waits for the upstream, and a silent one must not hold up what only the disk is asked for.
    private let copiesLane = Limiter(width: 2)
    private let comparingLane = Limiter(width: 2)

    init(adapters: Adapters) { self.adapters = adapters }

    /// Readings of one copy, a second apart, where it is the machine that fails.
    private static let attempts = 3

    /// - Returns: for each repository the hash of its copy; nil where there is none that can be read.
    func hashes(of repositories: [Repository]) async -> [RepositoryID: MirrorHash?] {
        await copiesLane.run {
            var hashes: [RepositoryID: MirrorHash?] = [:]
            for repository in repositories {
                hashes[repository.id] = .some(await hash(of: repository))
            }
            return hashes
        }
    }

    /// A copy that counts as none is made anew. So a disk that stalls or descriptors that run out are given another chance; what is corrupt
    /// stays so.
    private func hash(of repository: Repository) async -> MirrorHash? {
        for attempt in 1...Self.attempts {
            switch await ours(repository) {
            case .success(let hash): return hash
            case .failure(let failure):
                guard failure.reason != .corrupt, attempt < Self.attempts else { return nil }
                guard (try? await Task.sleep(for: .seconds(1))) != nil else { return nil }  // cancelled: the node stops
            }
        }
        return nil
    }

    func compare(_ repositories: [Repository], heads: [RepositoryID: Head]) async -> [Comparison] {
        await comparingLane.run {
            await withTaskGroup(of: Comparison.self) { group in
                for repository in repositories {
                    group.addTask { await compare(repository, lastKnownHead: heads[repository.id]) }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
        }
    }

    /// The upstream first: what arrives between the two readings makes the copy newer, never a false mismatch. Many wait here for their second
    /// reading, so none keeps the refs of the first where their hash will do.
    private func compare(_ repository: Repository, lastKnownHead: Head?) async -> Comparison {
        let theirs = await reading(of: repository)
        let snapshot = await Result { try await adapters.copies.snapshot(of: repository.name) }
        let head = (try? snapshot.get())?.head ?? lastKnownHead  // unreadable: the last known head stands in
        return Comparison(
            repository: repository.id, ours: snapshot.map { $0.map(ContentHash.of) }, upstream: theirs.map { $0.hash(lastKnownHead: head) })
    }

    private enum Reading {
        case hashed(MirrorHash)
        /// The upstream does not tell its HEAD.
        case headless(UpstreamRefs)

        func hash(lastKnownHead: Head?) -> MirrorHash {
            switch self {
            case .hashed(let hash): hash
            case .headless(let refs): ContentHash.of(refs.snapshot(lastKnownHead: lastKnownHead))
            }
        }
    }

    private func reading(of repository: Repository) async -> Result<Reading, Failure> {
        await Result { try await adapters.upstream.current.refs(of: repository, priority: .low) }.map { refs in
            refs.head == nil ? .headless(refs) : .hashed(ContentHash.of(refs.snapshot(lastKnownHead: nil)))
        }
    }

    private func ours(_ repository: Repository) async -> Result<MirrorHash?, Failure> {
        await Result { try await adapters.copies.snapshot(of: repository.name) }.map { $0.map(ContentHash.of) }
    }
}
