import HelioLock
import HelioNode
import HelioStore

/// Writes that need not be waited for, in the order in which they were appended and in batches: failure counts, verified copies, runs.
///
/// What cannot be written because the disk is full or fails, or because somebody else has the database locked, stays and is tried again;
/// when too much waits, only the last report of each kind on each repository is kept, which says what the ones before it said. A write that
/// fails for another reason is logged and dropped alone, since it can never succeed.
final class StoreLane: Sendable {
    private static let tellingInterval = Duration.seconds(60)
    private static let retryAfter = Duration.seconds(1)

    enum Write: Sendable {
        case report(RepositoryID, CopyReport)
        case runOpened(Run)
        case runPlanned(Run)
        case runClosed(Run)
        /// How far the open runs have come when it is its turn.
        case progress(RunProgress)
        /// Whatever the ledger has to write when it is its turn.
        case operations(OperationLedger)
        case synchronized
        case drain(String?)
        case event(OutboxEvent, Webhooks)
    }

    private struct Line {
        var waiting = Waiting()
        var isWriting = false
        /// The number of the last write that was appended.
        var last = 0
        /// Those who wait until the write of a number and all before it are done, or cannot be for now.
        var settling: [(last: Int, continuation: CheckedContinuation<Bool, Never>)] = []
        /// Not told of yet, and when there was last something to tell.
        var dropped = 0
        var lastTold: MonotonicTime?

        /// Those who wait for nothing from this number on.
        mutating func settled(before number: Int) -> [CheckedContinuation<Bool, Never>] {
            let settled = settling.filter { $0.last < number }
            settling.removeAll { $0.last < number }
            return settled.map(\.continuation)
        }
    }

    private let store: Store
    private let log: NodeLog
    private let line = Locked(Line())

    init(store: Store, log: NodeLog) {
        self.store = store
        self.log = log
    }

    /// How many writes wait, and since when the first of them does.
    var backlog: (count: Int, oldest: MonotonicTime?) { line.withLock { ($0.waiting.count, $0.waiting.oldest) } }

    /// Takes its place in the order before this returns.
    func append(_ writes: [Write]) {
        guard !writes.isEmpty else { return }
        let now = SystemClock.monotonic()
        let mustStart = line.withLock { line in
            line.waiting.append(writes.enumerated().map { Entry(write: $1, since: now, number: line.last + 1 + $0) })
            line.last += writes.count
            defer { line.isWriting = true }
            return !line.isWriting
        }
        if mustStart { Task { await writeAll() } }
    }

    /// Returns when everything appended before has been written, or cannot be for now.
    /// - Returns: false when some of it waits for a store that takes nothing.
    @discardableResult func settle() async -> Bool {
        await withCheckedContinuation { continuation in
            let isSettled = line.withLock { line in
                if line.isWriting { line.settling.append((line.last, continuation)) }
                return !line.isWriting
            }
            if isSettled { continuation.resume(returning: true) }
        }
    }

    /// Where the store refuses for a moment only, because somebody has the database locked.
    /// - Parameter attempts: of writing what waits, a second apart.
    func settle(attempts: Int) async -> Bool {
        for _ in 0..<attempts where await settle() { return true }
        return false
    }

    private func writeAll() async {
        while let batch = nextBatch() {
            let rest = await write(batch)
            line.withLock { $0.waiting.putBack(rest) }
            resume(returning: true) { $0.settled(before: $0.waiting.firstNumber ?? .max) }
            if rest.isEmpty { continue }
            resume(returning: false) { $0.settled(before: .max) }
            try? await Task.sleep(for: Self.retryAfter)  // never cancelled
        }
    }

    /// - Returns: nil when there is none, and then the line is free for the next writer.
    private func nextBatch() -> [Entry]? {
        let (batch, settled) = line.withLock { line -> ([Entry]?, [CheckedContinuation<Bool, Never>]) in
            let batch = line.waiting.next()
            guard batch.isEmpty else { return (batch, []) }
            line.isWriting = false
            return (nil, line.settled(before: .max))
        }
        for waiter in settled { waiter.resume(returning: true) }
        return batch
    }

    private func resume(returning isWritten: Bool, _ settled: (inout Line) -> [CheckedContinuation<Bool, Never>]) {
        for waiter in line.withLock(settled) { waiter.resume(returning: isWritten) }
    }

    /// - Returns: what is left to write when the store takes nothing for now.
    private func write(_ batch: [Entry]) async -> [Entry] {
        var rest = batch[...]
        while !rest.isEmpty {
            let reports = rest.prefix { $0.write.asReport != nil }
            let piece = reports.isEmpty ? rest.prefix(1) : reports
            do throws(StoreError) {
                try await write(together: piece.map(\.write))
            } catch {
                if error.mayPass { return Array(rest) }
                guard piece.count == 1 else {
                    // One of them is at fault, and the others must not suffer for it.
                    let kept = await writeSingly(piece)
                    if !kept.isEmpty { return kept + rest.dropFirst(piece.count) }
                    rest = rest.dropFirst(piece.count)
                    continue
                }
                drop(error)
            }
            rest = rest.dropFirst(piece.count)
        }
        return []
    }

    private func writeSingly(_ entries: ArraySlice<Entry>) async -> [Entry] {
        for (index, entry) in zip(entries.indices, entries) {
            do throws(StoreError) {
                try await write(together: [entry.write])
            } catch {
                if error.mayPass { return Array(entries[index...]) }
                drop(error)
            }
        }
        return []
    }

    /// A store that is broken for good refuses every write; one line a minute says so and how many it has cost.
    private func drop(_ error: StoreError) {
        let now = SystemClock.monotonic()
        let told = line.withLock { line -> Int? in
            line.dropped += 1
            if let last = line.lastTold, now - last < Self.tellingInterval { return nil }
            line.lastTold = now
            defer { line.dropped = 0 }
            return line.dropped
        }
        if let told { log.error("store: writes dropped", ["error": "\(error)", "count": .count(told)]) }
    }

    /// Reports together in one transaction, anything else by itself.
    private func write(together writes: [Write]) async throws(StoreError) {
        let now = SystemClock.wall()
        switch writes.first {
        case nil: break
        case .report: try await store.record(writes.compactMap(\.asReport), at: now)
        case .runOpened(let run):
            try await store.openRun(
                id: run.id.description, trigger: run.trigger.rawValue, scope: run.scope.description, at: run.claimedAt.wall)
        case .runPlanned(let run): try await store.planRun(id: run.id.description, planned: run.planned ?? 0)
        case .runClosed(let run): try await close(run)
        case .progress(let progress): try await progress.write()
        case .operations(let ledger): try await ledger.write()
        case .synchronized: try await store.setSynchronized(true)
        case .drain(let reason): try await store.setDrainReason(reason)
        case .event(let event, let webhooks): try await webhooks.post(event)
        }
    }

    private func close(_ run: Run) async throws(StoreError) {
        guard let end = run.end else { return }
        _ = try await store.closeRun(
            id: run.id.description, status: StoredRun.Status(end.status), reason: end.reason,
            counts: StoredRun.Counts(run.outcomes), seconds: end.duration.inSeconds, at: end.at.wall)
    }
}

extension StoredRun.Counts {
    init(_ outcomes: [RepositoryOutcome: Int]) {
        self.init(
            succeeded: outcomes[.success, default: 0], failed: outcomes[.fail, default: 0],
            cancelled: outcomes[.cancel, default: 0], skipped: outcomes[.skipped, default: 0])
    }
}

extension StoredRun.Status {
    fileprivate init(_ status: RunStatus) {
        switch status {
        case .success: self = .success
        case .fail: self = .fail
        case .cancel: self = .cancel
        }
    }
}
