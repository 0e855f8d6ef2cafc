import HelioGit
import HelioNode
import HelioStore

/// What takes a while, each as one operation.
extension Hands {
    func list() async -> Result<Listing, Failure> {
        await operate(.discovery) { try await adapters.upstream.current.list() }
    }

    func find(_ name: RepositoryName) async -> Result<ListedRepository?, Failure> {
        await operate(.discovery, of: name) { try await adapters.upstream.current.find(name) }
    }

    func hashes(of repositories: [Repository]) async -> [RepositoryID: MirrorHash?] {
        let operation = operations.begin(.hash)
        let hashes = await reader.hashes(of: repositories)
        // nil stands for a copy that is missing or cannot be read.
        operation.end(failed: hashes.values.contains { $0 == nil }, at: SystemClock.monotonic())
        return hashes
    }

    func maintain(_ repository: Repository) async -> Result<Void, Failure> {
        await operate(.maintenance, of: repository.name) { _ = try await adapters.copies.maintain(repository.name) }
    }

    /// - Returns: why it could not be done.
    func trash(_ name: RepositoryName, _ timers: NodeTimers) async -> Failure? {
        let operation = operations.begin(.purge, of: name)
        let start = SystemClock.monotonic()
        var failure: Failure?
        do throws(Failure) {
            try await adapters.copies.trash(name, at: SystemClock.wall())
        } catch {
            failure = error
        }
        let now = SystemClock.monotonic()
        timers.ended(.delete, in: now - start, failed: failure != nil)
        operation.end(failed: failure != nil, because: failure?.reason.rawValue, at: now)
        return failure
    }

    /// - Returns: why it could not be done.
    func store(_ batch: MetadataBatch, _ timers: NodeTimers) async -> Failure? {
        if batch.isNothingNew { return nil }
        let result = await operate(.metadata) { try await timers.time(.metadata) { try await save(batch) } }
        if case .failure(let failure) = result { return failure }
        return nil
    }

    private func save(_ batch: MetadataBatch) async throws {
        do throws(StoreError) {
            if !batch.upserts.isEmpty || !batch.deletions.isEmpty {
                try await adapters.store.saveMetadata(
                    upserts: batch.upserts.map { RepositoryMetadata(repository: $0.repository, hash: $0.metadata) },
                    deletions: batch.deletions.map(\.id), announced: batch.announcesNew)
            }
            if batch.suspectDeletions > 0 {
                try await adapters.store.recordDeletions(batch.suspectDeletions, at: SystemClock.wall())
            }
        } catch {
            throw Failure(error)
        }
    }

    private func operate<Value>(
        _ kind: OperationKind, of repository: RepositoryName? = nil, _ body: () async throws -> Value
    ) async -> Result<Value, Failure> {
        let operation = operations.begin(kind, of: repository)
        let result = await Result(catching: body)
        if case .failure(let failure) = result {
            operation.end(failed: true, because: failure.reason.rawValue, at: SystemClock.monotonic())
        } else {
            operation.end(failed: false, at: SystemClock.monotonic())
        }
        return result
    }
}

extension MetadataBatch {
    /// What is listed is what the store has.
    fileprivate var isNothingNew: Bool { upserts.isEmpty && deletions.isEmpty && suspectDeletions == 0 }
}

extension Result where Failure == HelioNode.Failure {
    /// An error of another type is our own.
    init(catching body: () async throws -> Success) async {
        do {
            self = .success(try await body())
        } catch let failure as HelioNode.Failure {
            self = .failure(failure)
        } catch {
            self = .failure(HelioNode.Failure(.internal, "\(error)"))
        }
    }
}
