@testable import HelioAPI
import HelioMetrics
@testable import HelioNode

/// Pages of nodes in situations.
enum PageSample {
    /// What nobody should be able to do to a page.
    static let nasty = #"<script>alert("1")</script>'&"# + "\u{202E}gnp.exe\u{0}\u{1B}[2J\u{2066}é"

    private static let alone = FarmPicture(members: [member("mirror-1")], coordinator: "standalone")

    /// A page's reading, of a synchronized node by itself unless it is changed.
    static func reading(
        _ snapshot: NodeSnapshot = Sample.snapshot(), farm: FarmPicture = alone, webhooks: WebhookPicture? = nil,
        timers: [TimerTrack] = [], identity: NodeIdentity = Sample.identity
    ) -> PageReading {
        let page = NodeBoard.Page(
            identity: identity, snapshot: snapshot, status: StatusAnswer.prepare(snapshot.verdict), farm: farm, webhooks: webhooks)
        return PageReading(page, timers: timers, at: Sample.now)
    }

    static func text(of reading: PageReading) -> String { String(decoding: FrontPage(reading: reading).render(), as: UTF8.self) }

    /// Of one section.
    static func text(_ section: some PageSection) -> String {
        var html = HTMLWriter()
        section.append(to: &html)
        return String(decoding: html.bytes, as: UTF8.self)
    }

    static func member(_ name: String, _ state: NodeState = .synchronized, isReady: Bool = true, number: Int = 1) -> MemberRecord {
        guard let id = MemberID("00000000-0000-4000-8000-\(String(1_000_000_000_000 + number).dropFirst())") else {
            preconditionFailure("a UUID")
        }
        var record = MemberRecord(id: id, name: name, host: "127.0.0.1", port: 7990, version: "0.1.0", upstream: "")
        record.standing.state = state
        record.standing.isReady = isReady
        record.standing.status = isReady ? 200 : 503
        return record
    }

    static func run(_ status: RunStatus?, took seconds: Int64, reason: String? = nil) -> Run {
        var random = SeededGenerator(seed: UInt64(seconds))
        let claimed = Moment(monotonic: Sample.ago(seconds), wall: Sample.now.wall)
        var run = Run(id: RunID(using: &random), trigger: .scheduled, scope: .all, acceptsDeletions: false, claimedAt: claimed)
        run.planned = 5
        run.outcomes = status == .fail ? [.success: 4, .fail: 1] : [.success: 5]
        run.end = status.map { Run.End(status: $0, reason: reason, at: Sample.now, duration: .seconds(seconds)) }
        return run
    }

    /// Of timers of which the first recorded `durations`, in milliseconds, with a sample taken after each.
    static func timers(_ names: [String], _ durations: [Int64]) -> [TimerTrack] {
        let registry = Registry()
        let made = names.map { registry.timer($0, at: Tick(nanoseconds: 0)) }
        let history = TimerHistory(of: registry)
        for (index, duration) in durations.enumerated() {
            let now = Tick(nanoseconds: Int64(index + 1) * 10_000_000_000)
            for timer in made.prefix(max(1, made.count - 1)) { timer.record(nanoseconds: duration * 1_000_000, at: now) }
            history.sample(at: now)
        }
        return history.tracks
    }
}
