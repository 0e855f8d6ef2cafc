/// What happened and is to be counted. Nothing acts on it.
public enum NodeFact: Sendable {
    /// A listing of the whole upstream ended, stored or not.
    case discoveryEnded(RunStatus, scope: RunScope, Duration)
    /// One repository that was looked up by its name is in the catalogue.
    case repositoryListed(Duration)
    /// A request needed no job of its own: the one that ran brought what it asked for. How long it waited.
    case requestSatisfied(Duration)
    /// So many repositories came out of a run, or of an attempt that had another trigger. With the trigger `run` they add up to
    /// the plans of the runs.
    case repositoriesSettled(RepositoryOutcome, SyncTrigger, count: Int)
    case projectsEnded([ProjectEnd])
    case vetStarted(RunID, repositories: Int)
}
