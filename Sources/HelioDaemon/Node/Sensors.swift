import HelioGit
import HelioMetrics
import HelioNode
import HelioStore

/// Looks at what the node cannot be told of: disk space, whether the store takes writes, and the trash.
struct Sensors: Sendable {
    private static let interval = Duration.seconds(10)
    private static let trashInterval = 360  // looks: an hour

    let driver: NodeDriver
    let log: NodeLog
    let hands: Hands
    let diskFree: Gauge
    let trashKeep: @Sendable () -> Duration

    func run() async {
        var looks = 0
        while !Task.isCancelled {
            await look()
            if looks % Self.trashInterval == 0 { emptyTrash() }
            looks += 1
            guard (try? await Task.sleep(for: Self.interval)) != nil else { return }  // cancelled: the node stops
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

    private func emptyTrash() {
        let operation = hands.operations.begin(.purge)
        do throws(Failure) {
            try hands.adapters.copies.emptyTrash(olderThan: trashKeep(), now: SystemClock.wall())
            operation.end(failed: false, at: SystemClock.monotonic())
        } catch {
            operation.end(failed: true, at: SystemClock.monotonic())
            log.warning("trash could not be emptied", ["error": "\(error)"])
        }
    }
}
