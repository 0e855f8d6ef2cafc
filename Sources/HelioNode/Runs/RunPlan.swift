/// What a run has to do, project by project.
struct RunPlan: Sendable {
    /// Repositories that equal the upstream already.
    private(set) var equal = 0
    private var outstanding: [RepositoryID: ProjectID] = [:]
    private var shares: [ProjectID: ProjectShare] = [:]

    /// A project's part of a run.
    struct ProjectShare: Sendable {
        var outstanding = 0
        var outcomes: [RepositoryOutcome: Int] = [:]

        var isDone: Bool { outstanding == 0 }
        var status: RunStatus { RunStatus(of: outcomes) }
    }

    var outstandingCount: Int { outstanding.count }

    /// Projects in which nothing is to be done.
    var idleProjects: [ProjectShare] { shares.values.filter(\.isDone) }

    /// The projects that are not through, as they end when the run is cut here.
    var cut: [ProjectShare] {
        shares.values.filter { !$0.isDone }.map { share in
            var share = share
            share.outcomes[.cancel, default: 0] += share.outstanding
            return share
        }
    }

    /// Cancels what is outstanding, but for `kept`.
    /// - Returns: the projects that are through with that.
    mutating func cancel(besides kept: [RepositoryID]) -> [ProjectShare] {
        let staying = kept.compactMap { id in outstanding[id].map { (id, $0) } }
        let stayingIn = Dictionary(staying.map { ($0.1, 1) }, uniquingKeysWith: +)
        var ended: [ProjectShare] = []
        for (project, share) in shares where !share.isDone {
            var share = share
            let left = stayingIn[project, default: 0]
            share.outcomes[.cancel, default: 0] += share.outstanding - left
            share.outstanding = left
            shares[project] = share
            if share.isDone { ended.append(share) }
        }
        outstanding = Dictionary(uniqueKeysWithValues: staying)
        return ended
    }

    func waits(for repository: RepositoryID) -> Bool { outstanding[repository] != nil }

    /// - Parameter isEqual: nothing is to be done for it.
    mutating func add(_ repository: RepositoryID, of project: ProjectID, isEqual: Bool) {
        if isEqual {
            equal += 1
            shares[project, default: ProjectShare()].outcomes[.success, default: 0] += 1
        } else if outstanding.updateValue(project, forKey: repository) == nil {
            shares[project, default: ProjectShare()].outstanding += 1
        }
    }

    /// - Returns: how its project stands now; nil when the plan does not wait for the repository.
    mutating func settle(_ repository: RepositoryID, _ outcome: RepositoryOutcome) -> ProjectShare? {
        guard let project = outstanding.removeValue(forKey: repository) else { return nil }
        shares[project]?.outstanding -= 1
        shares[project]?.outcomes[outcome, default: 0] += 1
        return shares[project]
    }
}

/// How a project came out of a run. Counted, never named: there may be any number of projects.
public struct ProjectEnd: Sendable, Hashable {
    public let status: RunStatus
    /// From the run's claim to the project's last repository.
    public let duration: Duration
}
