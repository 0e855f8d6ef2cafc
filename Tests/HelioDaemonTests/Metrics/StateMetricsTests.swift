import HelioMetrics
import HelioNode
import Testing

@testable import HelioDaemon

struct StateMetricsTests {
    private let registry = Registry()
    private let metrics: StateMetrics
    private var snapshot: NodeSnapshot

    init() {
        metrics = StateMetrics(registry)
        snapshot = NodeMachine(settings: NodeSettings(), seed: 1, now: Self.moment(0)).snapshot()
    }

    private static func moment(_ second: Int64) -> Moment {
        Moment(
            monotonic: MonotonicTime(nanoseconds: second * 1_000_000_000),
            wall: WallTime(millisecondsSince1970: 1_700_000_000_000 + second * 1000))
    }

    private func lines(at second: Int64, store: (Int, MonotonicTime?) = (0, nil)) -> [String: String] {
        metrics.update(snapshot, store: store, at: Self.moment(second).monotonic)
        return registry.lines
    }

    private func entry(_ id: Int64, confirmedAt second: Int64?) throws -> RepositoryEntry {
        let name = try RepositoryName(ByteString("P/r\(id)"))
        let project = Project(id: ProjectID(1), key: name.project, name: "P", isPublic: false)
        let repository = Repository(
            id: RepositoryID(id), name: name, displayName: "r", project: project, isPublic: false, description: nil, defaultBranch: nil)
        var entry = RepositoryEntry(repository: repository, metadata: .unknown)
        entry.knownSince = Self.moment(0).monotonic
        entry.confirmedAt = second.map { Self.moment($0).monotonic }
        entry.hasCopy = second != nil
        return entry
    }

    @Test func state_IsOneOfSeven() {
        let lines = lines(at: 1).filter { $0.key.hasPrefix("heliostat_node_state{") }
        #expect(lines.count == 7)
        #expect(lines[#"heliostat_node_state{state="STARTING"}"#] == "1.0")
        #expect(lines.values.filter { $0 == "1.0" }.count == 1)
    }

    @Test func timestamps_SayNever_BeforeAnythingHappened() {
        let lines = lines(at: 1)
        #expect(lines["heliostat_last_upstream_contact_timestamp_seconds"] == "0.0")
        #expect(lines["heliostat_sync_running_since_timestamp_seconds"] == "NaN")
    }

    /// By the monotonic clock alone: `update` is not told any other.
    @Test mutating func copies_GrowStale_SinceTheyWereLastKnownToEqualTheUpstream() throws {
        for (id, second) in [(1, nil), (2, 0), (3, 400), (4, 990)] as [(Int64, Int64?)] {
            snapshot.catalogue.insert(try entry(id, confirmedAt: second))
        }
        let lines = lines(at: 1000)
        #expect(lines[#"heliostat_repositories_stale{older_than="3m"}"#] == "3.0")
        #expect(lines[#"heliostat_repositories_stale{older_than="10m"}"#] == "2.0")
        #expect(lines[#"heliostat_repositories_stale{older_than="1h"}"#] == "0.0")
        #expect(lines[#"heliostat_repositories{state="behind"}"#] == "1.0", "a first copy that is not here yet is behind")
        #expect(lines[#"heliostat_repositories{state="hash_unknown"}"#] == "3.0")
    }

    @Test mutating func queues_TellHowMuchWaits_AndSinceWhen() {
        snapshot.queue.waitingCount = 7
        snapshot.queue.oldestDue = Self.moment(40).monotonic
        snapshot.maintenance = (2, Self.moment(90).monotonic)
        let lines = lines(at: 100, store: (3, Self.moment(99).monotonic))
        #expect(lines[#"heliostat_queue_depth{queue="sync"}"#] == "7.0")
        #expect(lines[#"heliostat_queue_oldest_age_seconds{queue="sync"}"#] == "60.0")
        #expect(lines[#"heliostat_queue_oldest_age_seconds{queue="maintenance"}"#] == "10.0")
        #expect(lines[#"heliostat_queue_oldest_age_seconds{queue="store"}"#] == "1.0")
        snapshot.queue.oldestDue = Self.moment(500).monotonic
        #expect(self.lines(at: 100)[#"heliostat_queue_oldest_age_seconds{queue="sync"}"#] == "0.0", "all are held back")
    }
}
