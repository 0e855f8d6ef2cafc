import HelioGit
import HelioMetrics
import HelioNode
import HelioStore

/// Looks at what the node cannot be told of: disk space, whether the store takes writes, and the trash.
struct Sensors: Sendable {
    private static let interval = Duration.seconds(10)
    /// A disk that hangs refuses nothing. A store that has not answered for so long counts as one that takes no writes, until it answers;
    /// so long that a transaction over very many repositories is no hang.
    private static let storePatience = Duration.seconds(30)
    private static let trashInterval = Duration.seconds(3600)
    /// Not right after the start, when the clock of the machine may not be right yet.
    private static let trashDelay = Duration.seconds(600)

    let driver: NodeDriver
    let log: NodeLog
    let hands: Hands
    let diskFree: Gauge
    let trashKeep: @Sendable () -> Duration

    /// Each apart from the others: the store may not answer, millions of files may be in the trash, and a disk that fills is not to be
    /// overlooked meanwhile.
    func run() async {
        await withTaskGroup { group in
            group.addTask { await Self.repeating(every: Self.interval) { await lookAtDisk() } }
            group.addTask { await Self.repeating(every: Self.interval) { await lookAtStore() } }
            group.addTask {
                guard (try? await Task.sleep(for: Self.trashDelay)) != nil else { return }  // cancelled: the node stops
                await Self.repeating(every: Self.trashInterval) { await emptyTrash() }
            }
        }
    }

    private static func repeating(every interval: Duration, _ body: @Sendable () async -> Void) async {
        while !Task.isCancelled {
            await body()
            guard (try? await Task.sleep(for: interval)) != nil else { return }  // cancelled: the node stops
        }
    }

    private func lookAtDisk() async {
        do throws(Failure) {
            let space = try await hands.adapters.copies.freeSpace()
            diskFree.set(Double(space.free))
            await driver.feed(.disk(free: space.free, total: space.total))
        } catch {
            diskFree.set(.nan)
            log.error("disk space cannot be read", ["error": "\(error)"])
        }
    }

    private func lookAtStore() async {
        let (store, driver) = (hands.adapters.store, driver)
        let isWritable = await Self.answer(of: { await store.isWritable() }, patience: Self.storePatience) {
            await driver.feed(.storeWritable(false))
        }
        await driver.feed(.storeWritable(isWritable))
    }

    /// Waits for the answer however long it takes, and tells once when it takes longer than the patience. That has been told when this returns.
    static func answer<Answer: Sendable>(
        of question: () async -> Answer, patience: Duration, whenOverdue tell: @escaping @Sendable () async -> Void
    ) async -> Answer {
        await withTaskGroup { group in
            group.addTask {
                guard (try? await Task.sleep(for: patience)) != nil else { return }  // cancelled: answered in time
                await tell()
            }
            let answer = await question()
            group.cancelAll()
            return answer
        }
    }

    private func emptyTrash() async {
        let operation = hands.operations.begin(.purge)
        do throws(Failure) {
            try await hands.adapters.copies.emptyTrash(olderThan: trashKeep(), now: SystemClock.wall())
            operation.end(failed: false, at: SystemClock.monotonic())
        } catch {
            operation.end(failed: true, at: SystemClock.monotonic())
            log.warning("trash could not be emptied", ["error": "\(error)"])
        }
    }
}
