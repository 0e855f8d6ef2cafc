import HelioGit
import HelioMetrics
import HelioNode
import HelioStore

/// Looks at what the node cannot be told of: disk space, whether the store takes writes, and the trash.
struct Sensors: Sendable {
    private static let interval = Duration.seconds(10)
    private static let trashInterval = Duration.seconds(3600)
    /// Not right after the start, when the clock of the machine may not be right yet.
    private static let trashDelay = Duration.seconds(600)

    let driver: NodeDriver
    let log: NodeLog
    let hands: Hands
    let diskFree: Gauge
    let trashKeep: @Sendable () -> Duration

    /// The trash apart from the rest: millions of files may be in it, and a disk that fills is not to be overlooked meanwhile.
    func run() async {
        await withTaskGroup { group in
            group.addTask { await Self.repeating(every: Self.interval) { await look() } }
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

    private func look() async {
        do throws(Failure) {
            let space = try hands.adapters.copies.freeSpace()
            diskFree.set(Double(space.free))
            await driver.feed(.disk(free: space.free, total: space.total))
        } catch {
            diskFree.set(.nan)
            log.error("disk space cannot be read", ["error": "\(error)"])
        }
        await driver.feed(.storeWritable(await hands.adapters.store.isWritable()))
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
