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
    /// Looks between two times that the trash is emptied, the first of them not right after the start, when the clock of the machine may not
    /// be right yet.
    private static let trashEvery = 360
    private static let trashFirst = 60

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
            group.addTask { await keepTrash() }
        }
    }

    /// The clock is looked at far more often than the trash: it is believed only once it has stood.
    private func keepTrash() async {
        var clock = TrustedClock(SystemClock.now())
        var looks = 0
        while !Task.isCancelled {
            let now = clock.look(at: SystemClock.now())
            if looks % Self.trashEvery == Self.trashFirst { await emptyTrash(at: now) }
            looks += 1
            guard (try? await Task.sleep(for: Self.interval)) != nil else { return }  // cancelled: the node stops
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

    private func emptyTrash(at now: WallTime) async {
        let operation = hands.operations.begin(.purge)
        do throws(Failure) {
            try await hands.adapters.copies.emptyTrash(olderThan: trashKeep(), now: now)
            operation.end(failed: false, at: SystemClock.monotonic())
        } catch {
            operation.end(failed: true, at: SystemClock.monotonic())
            log.warning("trash could not be emptied", ["error": "\(error)"])
        }
    }
}
