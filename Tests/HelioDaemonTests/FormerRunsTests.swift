import Foundation
import HelioNode
import HelioStore
import TestSupport
import Testing

@testable import HelioDaemon

/// What a node that starts makes of the runs in its store, with a real one.
struct FormerRunsTests {
    private let directory: TemporaryDirectory
    private let metrics = NodeMetrics(NodeConfiguration.Metrics(), isAlone: true)
    private let log = NodeLog(LogOutput(NodeConfiguration.Log()).logger("test"))

    init() throws { directory = try TemporaryDirectory() }

    private func id(_ number: Int) -> String { "00000000-0000-4000-8000-00000000000\(number)" }

    private func begin(_ number: Int, in store: Store) async throws {
        try await store.openRun(id: id(number), trigger: "requested", scope: "all", at: SystemClock.wall())
        try await store.planRun(id: id(number), planned: 3)
    }

    private func recover(_ store: Store) async throws -> [String] {
        try await CrashRecovery.formerRuns(store, at: SystemClock.wall(), metrics.sync, log).map(\.id.description)
    }

    private func close(_ number: Int, in store: Store) async throws -> Bool {
        try await store.closeRun(id: id(number), status: .success, counts: .init(succeeded: 3), seconds: 1, at: SystemClock.wall())
    }

    /// The socket answers before what a crash left is finished, and that may take a while.
    @Test func runAskedForWhileTheNodeRecovers_GoesOn() async throws {
        let former = try await Store.open(directory.path + "/former")
        try await begin(1, in: former)
        _ = try await close(1, in: former)
        try await begin(2, in: former)
        // What `kill -9` leaves.
        try FileManager.default.copyItem(atPath: directory.path + "/former", toPath: directory.path + "/next")
        let store = try await Store.open(directory.path + "/next")
        try await begin(3, in: store)
        try await begin(4, in: store)
        _ = try await close(4, in: store)
        #expect(try await recover(store) == [id(1), id(2)])
        #expect(try await recover(store) == [id(1), id(2)])
        #expect(try await close(3, in: store))
        let lines = metrics.registry.lines
        #expect(lines[#"heliostat_sync_total{status="cancel"}"#] == "1")
        #expect(lines[#"heliostat_repository_sync_total{status="cancel",trigger="run"}"#] == "3")
    }
}
