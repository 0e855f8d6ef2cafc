import HelioGit
import HelioNode
import HelioStore

/// What does a node's effects.
struct Hands: Sendable {
    let adapters: Adapters
    let worker: SyncWorker
    let reader: CopyReader
    let lane: StoreLane

    init(adapters: Adapters, log: NodeLog) {
        self.adapters = adapters
        worker = SyncWorker(adapters: adapters)
        reader = CopyReader(adapters: adapters)
        lane = StoreLane(store: adapters.store, log: log)
    }
}

extension NodeDriver {
    func perform(_ effect: NodeEffect) {
        switch effect {
        case .transitioned(let transition): log.transition(transition)
        case .log(let line): log.write(line)
        case .cancel(let id): jobs[id]?.cancel()
        case .vetEnded: break
        default:
            guard let hands else { preconditionFailure("the node wants something done before its storage is open") }
            perform(effect, with: hands)
        }
    }

    private func perform(_ effect: NodeEffect, with hands: Hands) {
        switch effect {
        case .rememberSynchronized: write([.synchronized], hands)
        case .runOpened(let run): write([.runOpened(run)], hands)
        case .runPlanned(let run): write([.runPlanned(run)], hands)
        case .runClosed(let run):
            log.run(run)
            write([.runClosed(run)], hands)
        case .record(let id, let record): write(record.reports.map { .report(id, $0) }, hands)
        case .noteBehind(let id): write([.report(id, .behind)], hands)
        case .discover: report { .discovered(await Self.result { try await hands.adapters.upstream.current.list() }) }
        case .find(let name):
            report { .found(name, await Self.result { try await hands.adapters.upstream.current.find(name) }) }
        case .storeMetadata(let batch): report { await Self.store(batch, hands.adapters.store) }
        case .synchronize(let job): start(job, hands)
        case .hash(let repositories): report { .hashed(await hands.reader.hashes(of: repositories)) }
        case .compare(let id, let repositories, let heads):
            report { .compared(id, await hands.reader.compare(repositories, heads: heads)) }
        case .maintain(let repository): maintain(repository, hands)
        case .trash(let names): trash(names, hands)
        case .transitioned, .log, .cancel, .vetEnded: break
        }
    }

    private func report(_ body: @escaping @Sendable () async -> NodeEvent) {
        Task { feed(await body()) }
    }

    private func write(_ writes: [StoreLane.Write], _ hands: Hands) { hands.lane.append(writes) }

    private func start(_ job: SyncJob, _ hands: Hands) {
        jobs[job.id] = Task {
            // A report on this repository that is still on its way must not overtake what this job will store.
            await hands.lane.settle()
            let result = await hands.worker.run(job)
            jobs[job.id] = nil
            log.ended(job, result)
            feed(.synchronized(job.id, job.repository.id, result))
        }
    }

    private func maintain(_ repository: Repository, _ hands: Hands) {
        report {
            if case .failure(let failure) = await Self.result({ try await hands.adapters.copies.maintain(repository.name) }) {
                self.log.warning("maintenance failed", ["repository": .text(repository.name.description), "error": "\(failure)"])
            }
            return .maintained(repository.id)
        }
    }

    private func trash(_ names: [RepositoryName], _ hands: Hands) {
        Task {
            for name in names {
                do throws(Failure) {
                    try hands.adapters.copies.trash(name, at: SystemClock.wall())
                } catch {
                    log.error("copy could not be moved to the trash", ["repository": .text(name.description), "error": "\(error)"])
                }
            }
        }
    }

    private static func store(_ batch: MetadataBatch, _ store: Store) async -> NodeEvent {
        do throws(StoreError) {
            if !batch.upserts.isEmpty || !batch.deletions.isEmpty {
                try await store.saveMetadata(
                    upserts: batch.upserts.map { RepositoryMetadata(repository: $0.repository, hash: $0.metadata) },
                    deletions: batch.deletions.map(\.id))
            }
            if batch.suspectDeletions > 0 {
                try await store.recordDeletions(batch.suspectDeletions, at: SystemClock.wall())
            }
            return .metadataStored(batch.id, nil)
        } catch {
            return .metadataStored(batch.id, Failure(error))
        }
    }

    private static func result<Value>(_ body: () async throws -> Value) async -> Result<Value, Failure> {
        do {
            return .success(try await body())
        } catch let failure as Failure {
            return .failure(failure)
        } catch {
            return .failure(Failure(.internal, "\(error)"))
        }
    }
}

extension SyncRecord {
    fileprivate var reports: [CopyReport] {
        if let failure = lastFailure { return [.failed(failure, count: failedSyncCount, quarantined: isQuarantined)] }
        if let verified { return [.hashed(content: verified.content, head: verified.head), .unchanged] }
        return []
    }
}

extension NodeDriver {
    /// A list of URLs that changed while the node runs; the next discovery sees it.
    func replaceUpstream(_ configuration: NodeConfiguration) throws(Failure) {
        guard let hands else { return }
        hands.adapters.upstream.replace(with: try configuration.makeUpstream(try Git(configuration.git)))
    }
}
