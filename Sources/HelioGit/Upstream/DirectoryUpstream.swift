import Glibc
public import HelioNode

/// Bare repositories below a directory, as `KEY/slug.git` or deeper (`A/B/c.git` has key `A/B`); `x.git` at the root has key
/// `ROOT`. A repository is never descended into.
public struct DirectoryUpstream: Upstream {
    private let root: String
    private let git: Git
    private let reader: RefReader
    let memory: ListingMemory

    /// - Throws: `.rejected` for an empty path. The directory need not exist yet.
    public init(path: String, git: Git) throws(Failure) { try self.init(path: path, git: git, memory: ListingMemory()) }

    init(path: String, git: Git, memory: ListingMemory) throws(Failure) {
        root = try Files.absolute(path)
        self.memory = memory
        self.git = git
        reader = RefReader(git)
    }

    public var fingerprint: String { Fingerprint.of(["directory", root]) }

    public func list() async throws(Failure) -> Listing {
        let (root, reader) = (root, reader)
        let found = try await DiskThreads.run(within: DiskThreads.longPatience) { () throws(Failure) in try DirectoryWalk.walk(root) }
        memory.beginListing()
        let batches = stride(from: 0, to: found.repositories.count, by: Self.batchSize).map { start in
            found.repositories[start..<min(start + Self.batchSize, found.repositories.count)]
        }
        let repositories = try await InParallel.map(batches, atOnce: 8) { batch async throws(Failure) in
            try await listed(batch, reader)
        }
        memory.endListing()
        return Listing(
            repositories: repositories.joined().compactMap { $0 }, rejected: found.rejected, unseen: found.unseen,
            isBlank: found.isBlank)
    }

    /// Read in one visit to a thread: a change of threads costs half of what reading a small repository does.
    private static let batchSize = 32

    private func listed(
        _ batch: ArraySlice<FoundRepository>, _ reader: RefReader
    ) async throws(Failure) -> [ListedRepository?] {
        let readings: [FoundRepository.Reading]
        let memory = memory
        do throws(Failure) {
            readings = try await git.hanging.run(within: git.configuration.diskPatience) { visit throws(Failure) in
                batch.map { $0.read(reader, memory, visit) }
            }
        } catch {
            // One of them hangs. Each by itself then, so that the others do not suffer for it.
            readings = batch.map { _ in .unknown }
        }
        var repositories: [ListedRepository?] = []
        for (entry, reading) in zip(batch, readings) {
            switch reading {
            case .told(let repository): repositories.append(repository)
            case .unknown: repositories.append(try await listed(entry, reader))
            }
        }
        return repositories
    }

    public func find(_ name: RepositoryName) async throws(Failure) -> ListedRepository? {
        let found = try await DiskThreads.run { () throws(Failure) in try look(for: name) }
        guard let found else { return nil }
        return try await listed(found, reader)
    }

    private func look(for name: RepositoryName) throws(Failure) -> FoundRepository? {
        guard Files.kind(root) == .directory else { throw Files.failure("read", root, ENOENT) }
        let path = DirectoryWalk.path(of: name, below: root)
        guard DirectoryWalk.reaches(name, below: root) else { return nil }
        return Files.kind(path) == .directory ? FoundRepository(name: name, path: path) : nil
    }

    public func refs(of repository: Repository) async throws(Failure) -> UpstreamRefs {
        do throws(Failure) {
            let snapshot = try await reader.read(try await path(of: repository.name), foreign: true)
            return UpstreamRefs(format: snapshot.format, refs: snapshot.refs, head: snapshot.head)
        } catch {
            throw try await UpstreamRoot.blamed(error, root)
        }
    }

    public func source(of repository: Repository) async throws(Failure) -> FetchSource {
        FetchSource(directory: try await path(of: repository.name), root: root)
    }

    /// Costs a change of threads only where the disk has to be asked.
    private func path(of name: RepositoryName) async throws(Failure) -> String {
        let root = root
        guard DirectoryWalk.hasTwoPlaces(name) else { return DirectoryWalk.path(of: name, below: root) }
        return try await DiskThreads.run { DirectoryWalk.path(of: name, below: root) }
    }

    /// - Returns: nil when it has gone since it was found.
    private func listed(_ entry: FoundRepository, _ reader: RefReader) async throws(Failure) -> ListedRepository? {
        let outcome: Result<RefSnapshot, Failure>
        do throws(Failure) { outcome = .success(try await reader.read(entry.path, foreign: true)) } catch { outcome = .failure(error) }
        if case .failure(let failure) = outcome {
            if failure.reason == .cancelled { throw failure }
            // Where the refs hung the rest would too, and would hang the listing.
            if failure.reason == .timeout { return entry.unread(failure) }
        }
        do throws(Failure) {
            return try await reader.onDisk(entry.path, foreign: true) { () throws(Failure) in entry.described(outcome) }
        } catch {
            return entry.unread(error)
        }
    }
}

extension FoundRepository {
    /// Looks at the disk.
    fileprivate enum Reading: Sendable {
        /// nil when it has gone since it was found.
        case told(ListedRepository?)
        /// git has to be asked, or somebody with more patience.
        case unknown
    }

    fileprivate func read(_ reader: RefReader, _ memory: ListingMemory, _ visit: DiskVisit) -> Reading {
        do throws(Failure) {
            return try visit.call(at: path) { () throws(Failure) in readNow(reader, memory) }
        } catch {
            // Where another reading hangs nothing else is looked at either.
            return .told(unread(error))
        }
    }

    private func readNow(_ reader: RefReader, _ memory: ListingMemory) -> Reading {
        let stamp = ListingStamp(path)
        if let stamp, let listed = memory.recall(name, stamp) { return .told(listed) }
        do throws(Failure) {
            guard let snapshot = try reader.readFast(path, foreign: true) else { return .unknown }
            let listed = described(.success(snapshot))
            if let stamp, let listed { memory.remember(listed, stamp) }
            return .told(listed)
        } catch {
            return .told(described(.failure(error)))
        }
    }

    fileprivate func described(_ outcome: Result<RefSnapshot, Failure>) -> ListedRepository? {
        switch outcome {
        case .success(let snapshot):
            let repository = DirectoryMetadata.repository(name, path: path, defaultBranch: snapshot.defaultBranch)
            return ListedRepository(repository: repository, metadata: MetadataHash.of(repository), content: ContentHash.of(snapshot))
        case .failure(let failure):
            if Files.isGone(path) { return nil }
            return listed(DirectoryMetadata.repository(name, path: path, defaultBranch: nil), failure)
        }
    }

    fileprivate func unread(_ failure: Failure) -> ListedRepository { listed(DirectoryMetadata.unread(name), failure) }

    private func listed(_ repository: Repository, _ failure: Failure) -> ListedRepository {
        ListedRepository(repository: repository, metadata: MetadataHash.of(repository), content: nil, failure: failure)
    }
}
