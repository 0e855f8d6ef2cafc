import HelioNode
import HelioStore
import HelioWebhooks

extension NodeDriver {
    func perform(_ effect: NodeEffect) {
        switch effect {
        case .transitioned(let transition):
            log.transition(transition)
            supervisor.transition(to: transition.to)
            if transition.to == .stopping { cutVet() }
            if transition.to == .error { fail.yield() }
            if let hands { tell(hands.webhooks.transition(transition), hands) }
        case .log(let line): log.write(line)
        case .cancel(let id): jobs[id]?.cancel()
        // Whoever ordered it for the farm need not wait for it.
        case .vetRefused(let id): farm?.hear(.vetEnded([id], failed: true))
        default:
            guard let hands else { preconditionFailure("the node wants something done before its storage is open") }
            perform(effect, with: hands)
        }
    }

    private func perform(_ effect: NodeEffect, with hands: Hands) {
        switch effect {
        case .rememberSynchronized: write([.synchronized], hands)
        case .rememberDrain(let reason): write([.drain(reason)], hands)
        case .quarantined(let repository, let failure, let failures):
            tell(hands.webhooks.failure(of: repository, failure, failures: failures), hands)
        case .recovered(let repository): tell(hands.webhooks.failure(of: repository, nil, failures: 0), hands)
        case .runOpened(let run): write([.runOpened(run)], hands)
        case .runPlanned(let run): write([.runPlanned(run)], hands)
        case .runClosed(let run):
            log.run(run)
            metrics.sync.runClosed(run)
            write([.runClosed(run)], hands)
        case .record(let id, let record): write(record.reports(at: SystemClock.wall()).map { .report(id, $0) }, hands)
        case .noteBehind(let id): write([.report(id, .behind(SystemClock.wall()))], hands)
        case .noteLost(let id): write([.report(id, .lost)], hands)
        case .noteCaughtUp(let id): write([.report(id, .caughtUp)], hands)
        case .discover: report { .discovered(await hands.list()) }
        case .find(let name): report { .found(name, await hands.find(name)) }
        case .storeMetadata(let batch): store(batch, hands)
        case .synchronize(let job): start(job, hands)
        case .hash(let repositories): report { .hashed(await hands.hashes(of: repositories)) }
        case .compare(let id, let repositories, let heads):
            report { .compared(id, await hands.reader.compare(repositories, heads: heads)) }
        case .maintain(let repository): maintain(repository, hands)
        case .trash(let names): trash(names, hands)
        case .vetEnded(let report): vetEnded(report)
        case .happened(let fact): count(fact, hands)
        case .transitioned, .log, .cancel, .vetRefused: break
        }
    }

    private func report(_ body: @escaping @Sendable () async -> NodeEvent) {
        begin { await body() }
    }

    private func store(_ batch: MetadataBatch, _ hands: Hands) {
        let timers = metrics.timers
        report {
            let failure = await hands.store(batch, timers)
            if failure == nil { await self.tellFarm(of: batch) }
            return .metadataStored(batch.id, failure)
        }
    }

    private func tellFarm(of batch: MetadataBatch) async {
        guard let farm else { return }
        for repository in batch.deletions { await farm.feed(.deleted(repository.id)) }
        if !batch.upserts.isEmpty || !batch.deletions.isEmpty { await farm.feed(.listed) }
    }

    private func write(_ writes: [StoreLane.Write], _ hands: Hands) { hands.lane.append(writes) }

    private func tell(_ event: OutboxEvent?, _ hands: Hands) {
        if let event { write([.event(event, hands.webhooks)], hands) }
    }

    private func start(_ job: SyncJob, _ hands: Hands) {
        jobs[job.id] = Task {
            let operation = hands.operations.begin(job)
            let began = SystemClock.monotonic()
            let (result, held, isOvertaken) = await hands.worker.run(job)
            jobs[job.id] = nil
            log.ended(job, result)
            ended(job, operation, result)
            await tellFarm(of: job, result, held, listedAt: began)
            if isOvertaken, let name = repository(job.repository.id)?.name { feed(.notified(name)) }
            feed(.synchronized(job.id, job.repository.id, result))
        }
    }

    private func tellFarm(
        of job: SyncJob, _ result: Result<SyncResult, Failure>, _ held: [HeldChange], listedAt began: MonotonicTime
    ) async {
        guard let farm else { return }
        let done = try? result.get()  // a failure tells the farm only that nothing new is here
        for change in held { await farm.held(change, done?.kind ?? .incremental, listedAt: began) }
        // A copy that is made anew mostly holds what all have.
        if let done, done.changed, held.last?.content != done.content, done.kind == .incremental || job.lastKnownHead == nil {
            let (id, name) = (job.repository.id, job.repository.name)
            await farm.changed(CopyChange(repository: id, name: name, content: done.content, kind: done.kind), listedAt: began)
        }
        await farm.feed(.synchronized(job.repository.id, done?.content, listedAt: began))
    }

    private func maintain(_ repository: Repository, _ hands: Hands) {
        report {
            if case .failure(let failure) = await hands.maintain(repository) {
                self.log.warning("maintenance failed", ["repository": .text(repository.name.description), "error": "\(failure)"])
            }
            return .maintained(repository.id)
        }
    }

    private func trash(_ names: [RepositoryName], _ hands: Hands) {
        begin { [timers = metrics.timers, log] in
            // In portions: who has come back does not wait for all of them.
            for start in stride(from: 0, to: names.count, by: 64) {
                let portion = names[start..<min(start + 64, names.count)]
                for name in portion {
                    guard let failure = await hands.trash(name, timers) else { continue }
                    log.error("copy could not be moved to the trash", ["repository": .text(name.description), "error": "\(failure)"])
                }
                await self.feed(.trashed(Array(portion)))
            }
            return nil
        }
    }
}

extension SyncRecord {
    fileprivate func reports(at time: WallTime) -> [CopyReport] {
        if let failure = lastFailure { return [.failed(failure, count: failedSyncCount, quarantined: isQuarantined)] }
        if let verified { return [.hashed(content: verified.content, head: verified.head, refs: verified.refs), .unchanged(time)] }
        return []
    }
}
