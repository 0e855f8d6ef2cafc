import HelioGit
import HelioNode
import HelioStore

/// Looks at what the node cannot be told of: disk space, whether the store takes writes, and the trash.
struct Sensors: Sendable {
    private static let interval = Duration.seconds(10)
    private static let trashInterval = 360  // looks: an hour

    let adapters: Adapters
    let driver: NodeDriver
    let log: NodeLog
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
            let space = try adapters.copies.freeSpace()
            await driver.feed(.disk(free: space.free, total: space.total))
        } catch {
            log.error("disk space cannot be read", ["error": "\(error)"])
        }
        await driver.feed(.storeWritable(await adapters.store.isWritable()))
    }

    private func emptyTrash() {
        do throws(Failure) {
            try adapters.copies.emptyTrash(olderThan: trashKeep(), now: SystemClock.wall())
        } catch {
            log.warning("trash could not be emptied", ["error": "\(error)"])
        }
    }
}
