import HelioMetrics
import HelioNode
import HelioStore
import TestSupport
import Testing

@testable import HelioDaemon

/// With a real store, whose rows tell what a crash would leave.
struct OperationLedgerTests {
    private let directory: TemporaryDirectory
    private let store: Store
    private let registry = Registry()
    private let metrics: OperationMetrics
    private let output = LogOutput(NodeConfiguration.Log())

    init() async throws {
        directory = try TemporaryDirectory()
        store = try await Store.open(directory.path)
        metrics = OperationMetrics(registry)
    }

    private func ledger(boot: String) -> OperationLedger {
        let log = NodeLog(output.logger("test"))
        return OperationLedger(
            store: store, lane: StoreLane(store: store, log: log), boot: boot, metrics: metrics, log: log,
            vetInterval: { .seconds(3600) })
    }

    private func count(_ kind: String, _ status: String) -> String? {
        let text = String(decoding: registry.render(.text, at: .now()), as: UTF8.self)
        let series = "heliostat_operations_total{operation=\"\(kind)\",status=\"\(status)\"} "
        return text.split(separator: "\n").first { $0.hasPrefix(series) }.map { String($0.dropFirst(series.count)) }
    }

    @Test func operation_OfAProcessThatIsGone_IsOrphanedOnce_HoweverManySweep() async throws {
        let before = ledger(boot: "before")
        let held = [before.begin(.fetch), before.begin(.fetch), before.begin(.vet)]
        await before.flush()
        let after = ledger(boot: "after")
        await withTaskGroup { group in
            for _ in 0..<3 { group.addTask { await after.sweepLeftovers() } }
        }
        #expect(count("fetch", "orphaned") == "2")
        #expect(count("vet", "orphaned") == "1")
        #expect(count("fetch", "success") == "0")
        withExtendedLifetime(held) {}
    }

    @Test func operation_ThatEnded_IsNobodysOrphan() async throws {
        let before = ledger(boot: "before")
        let operation = before.begin(.clone)
        await before.flush()
        operation.end(failed: false, at: SystemClock.monotonic())
        await before.flush()
        await ledger(boot: "after").sweepLeftovers()
        #expect(count("clone", "orphaned") == "0")
        #expect(count("clone", "success") == "1")
    }

    @Test func operation_ThatSomebodyHolds_IsNeverSwept_ByItsOwnProcess() async throws {
        let ledger = ledger(boot: "one")
        let operation = ledger.begin(.repair)
        await ledger.flush()
        await ledger.beat()
        #expect(ledger.running == [.repair: 1])
        #expect(operation.end(failed: false, at: SystemClock.monotonic()))
        #expect(ledger.running.isEmpty)
        #expect(count("repair", "success") == "1")
    }

    /// The row is as old as it gets; the holder comes back after the sweep.
    @Test func operation_ThatTheSweepClosed_IsOver_AndItsOwnEndComesTooLate() async throws {
        let ledger = ledger(boot: "one")
        let operation = ledger.begin(.maintenance)
        await ledger.flush()
        try await store.noteOperations(
            started: [], ended: [], alive: [operation.id], boot: "one", at: MonotonicTime(nanoseconds: 0))
        // Another sweeper of the same process, which does not vouch for what this one holds.
        await ledger.sweep { store throws(StoreError) in
            try await store.takeOperations(of: "one", silentSince: SystemClock.monotonic())
        }
        #expect(count("maintenance", "orphaned") == "1")
        #expect(ledger.running.isEmpty)
        #expect(!operation.end(failed: false, at: SystemClock.monotonic()))
        #expect(count("maintenance", "success") == "0")
    }

    @Test func whatAStopCuts_IsAFailure_AndNobodysOrphan() async throws {
        let before = ledger(boot: "before")
        let held = [before.begin(.discovery), before.begin(.maintenance)]
        await before.flush()
        before.endAll()
        await before.flush()
        await ledger(boot: "after").sweepLeftovers()
        #expect(count("discovery", "failure") == "1")
        #expect(count("maintenance", "failure") == "1")
        #expect(count("discovery", "orphaned") == "0")
        withExtendedLifetime(held) {}
    }

    @Test func kindOfAnotherVersion_IsUnknown() async throws {
        let stranger = StoredOperation(
            id: "x", kind: "teleport", repository: nil, run: nil, startedAt: WallTime(millisecondsSince1970: 0))
        try await store.noteOperations(started: [stranger], ended: [], alive: [], boot: "old", at: MonotonicTime(nanoseconds: 0))
        await ledger(boot: "new").sweepLeftovers()
        #expect(count("unknown", "orphaned") == "1")
    }
}
