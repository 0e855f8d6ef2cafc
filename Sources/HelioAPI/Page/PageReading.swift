import HelioMetrics
import HelioNode

/// All that a page shows, as it was at one moment. Every part of it lies in memory: nothing here waits.
struct PageReading: Sendable {
    let identity: NodeIdentity
    let snapshot: NodeSnapshot
    let farm: FarmPicture
    let webhooks: WebhookPicture?
    let timers: [TimerTrack]
    let readiness: Readiness
    /// The oldest claim first, whichever ended when.
    let runs: [Run]
    /// The repositories with which most is wrong.
    let worst: [LaggingRepositories.Item]
    let now: Moment

    static let worstShown = 20

    init(_ page: NodeBoard.Page, timers: [TimerTrack] = [], at now: Moment) {
        identity = page.identity
        snapshot = page.snapshot
        farm = page.farm
        webhooks = page.webhooks
        self.timers = timers
        readiness = page.snapshot.readiness(at: now.monotonic)
        runs = page.snapshot.runs.sorted { $0.claimedAt.monotonic < $1.claimedAt.monotonic }
        worst = LaggingRepositories.worst(page.snapshot.catalogue, at: now.monotonic, limit: Self.worstShown)
        self.now = now
    }

    /// A message of git or of the system, without what only this machine should know.
    func shorten(_ message: String) -> String { LocalPaths.shorten(message, upstream: identity.upstream.url) }

    func age(_ since: MonotonicTime) -> Duration { NodeSnapshot.age(since, at: now.monotonic) }

    /// When that was, by the clock of today: a wall clock that was stepped meanwhile does not matter.
    func wall(_ since: MonotonicTime) -> WallTime {
        WallTime(millisecondsSince1970: now.wall.millisecondsSince1970 - age(since).wholeNanoseconds / 1_000_000)
    }
}

/// A part of a page.
protocol PageSection {
    func append(to html: inout HTMLWriter)
}
