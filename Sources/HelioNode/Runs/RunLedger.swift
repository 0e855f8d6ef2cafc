/// The open runs and the last closed ones. Each run closes exactly once.
struct RunLedger: Sendable {
    /// How many closed runs are kept in memory; the store keeps more.
    static let closedKept = 100

    private(set) var open: [RunID: Run] = [:]
    private(set) var closed: [Run] = []

    subscript(id: RunID) -> Run? { open[id] ?? closed.last { $0.id == id } }

    mutating func claim(_ run: Run) {
        open[run.id] = run
    }

    /// The discovery succeeded: this is what the run has to do.
    mutating func plan(_ id: RunID, outstanding: Set<RepositoryID>, equal: Int) {
        guard open[id] != nil else { return }
        open[id]?.planned = outstanding.count + equal
        open[id]?.outstanding = outstanding
        if equal > 0 { open[id]?.outcomes[.success] = equal }
    }

    mutating func discoveryFailed(_ id: RunID, _ failure: Failure) {
        open[id]?.discoveryFailure = failure
    }

    /// A repository's first attempt in this run came out; later ones are not counted.
    mutating func settle(_ id: RunID, _ repository: RepositoryID, _ outcome: RepositoryOutcome) {
        guard open[id]?.outstanding.remove(repository) != nil else { return }
        open[id]?.outcomes[outcome, default: 0] += 1
    }

    /// Closes the run when nothing is outstanding; nil while it goes on, or when it is closed already.
    mutating func closeIfDone(_ id: RunID, at now: Moment) -> Run? {
        guard let run = open[id], run.outstanding.isEmpty, run.planned != nil || run.discoveryFailure != nil else {
            return nil
        }
        return close(id, cancelledBecause: nil, at: now)
    }

    /// - Parameter reason: set when the run was cut short; what is outstanding then counts as cancelled.
    mutating func close(_ id: RunID, cancelledBecause reason: String?, at now: Moment) -> Run? {
        guard var run = open.removeValue(forKey: id) else { return nil }
        if !run.outstanding.isEmpty { run.outcomes[.cancel, default: 0] += run.outstanding.count }
        run.outstanding = []
        run.end = Run.End(
            status: Self.status(of: run, cut: reason != nil), reason: reason ?? run.discoveryFailure?.description, at: now,
            duration: now.monotonic - run.claimedAt.monotonic)
        closed.append(run)
        if closed.count > Self.closedKept { closed.removeFirst() }
        return run
    }

    /// A failure wins over everything; then a cut; an empty plan is a success.
    private static func status(of run: Run, cut: Bool) -> RunStatus {
        if run.discoveryFailure != nil || run.outcomes[.fail, default: 0] > 0 { return .fail }
        if cut || run.outcomes[.cancel, default: 0] > 0 { return .cancel }
        return .success
    }
}
