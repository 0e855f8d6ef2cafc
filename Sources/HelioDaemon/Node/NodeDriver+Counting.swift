import HelioNode

/// What happened is counted here, and nowhere acted upon.
extension NodeDriver {
    func count(_ fact: NodeFact, _ hands: Hands) {
        switch fact {
        case .discoveryEnded(let status, let scope, let duration):
            metrics.sync.discoveryEnded(status, after: duration)
            if status == .success { metrics.timers.listed(scope, in: duration) }
            farm?.hear(.discovered(failed: status != .success))
        case .repositoryListed(let duration): metrics.timers.repositoryListed(in: duration)
        case .requestSatisfied(let cycle): metrics.timers.satisfied(cycle: cycle)
        case .repositoriesSettled(let outcome, let trigger, let count): metrics.sync.settled(outcome, trigger, count: count)
        case .projectsEnded(let ends): metrics.sync.projectsEnded(ends)
        case .vetStarted(let id, _):
            vet = hands.operations.begin(.vet, run: id)
            farm?.hear(.vetStarted(id))
        }
    }

    /// A vet that leaves something open has not done what it is for.
    func vetEnded(_ report: VetReport) {
        let failed = report.unresolved > 0
        let reason = failed ? "\(report.unresolved) unresolved" : nil
        vet?.end(failed: failed, because: reason, at: SystemClock.monotonic())
        vet = nil
        metrics.timers.vetted(in: report.duration, failed: failed)
        farm?.hear(.vetEnded(report.ids, failed: failed))
    }

    /// A vet does not go on once the node stops.
    func cutVet() {
        guard let vet else { return }
        let now = SystemClock.monotonic()
        vet.end(failed: true, because: "shut down", at: now)
        metrics.timers.vetted(in: now - vet.startedAt.monotonic, failed: true)
        self.vet = nil
    }

    func ended(_ job: SyncJob, _ operation: Operation, _ result: Result<SyncResult, Failure>) {
        let now = SystemClock.monotonic()
        let duration = now - operation.startedAt.monotonic
        switch result {
        case .success(let result):
            operation.end(failed: false, at: now)
            metrics.sync.attempted(nil, after: duration)
            metrics.timers.synchronized(
                result.changed ? result.kind : nil, in: duration, cycle: now - job.request.createdAt.monotonic)
        case .failure(let failure):
            operation.end(failed: true, because: failure.reason.rawValue, at: now)
            metrics.sync.attempted(failure, after: duration)
        }
    }
}

extension OperationLedger {
    func begin(_ job: SyncJob) -> Operation {
        begin(OperationKind(job), of: job.repository.name, run: job.request.runs.min(), dueSince: job.request.dueSince)
    }
}

extension OperationKind {
    init(_ job: SyncJob) {
        if job.request.trigger == .vet {
            self = .repair
        } else {
            self = job.hasCopy && !job.request.rebuild ? .fetch : .clone
        }
    }
}
