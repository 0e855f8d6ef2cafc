import Glibc
import HelioLock
import HelioNode

/// What the objects of a copy show of how far git has come. They are looked at beside whoever asks, so that a disk that hangs holds up
/// nobody, and one look at a time, so that it holds no more than one thread.
final class Growth: Sendable {
    private struct State {
        var seen: UInt64?
        var isLooking = false
    }

    private let threads: DiskThreads
    private let look: (@Sendable () -> UInt64)?
    private let state = Locked(State())

    /// - Parameter copy: nil where nothing can grow.
    convenience init(of copy: String?) {
        if let copy {
            self.init(on: .looks) { Growth.fingerprint(of: copy + "/objects") }
        } else {
            self.init(on: .looks, look: nil)
        }
    }

    init(on threads: DiskThreads, look: (@Sendable () -> UInt64)?) {
        self.threads = threads
        self.look = look
    }

    /// A number that changes when a pack in the making grows or a loose object appears, as it was last seen; nil before that. Each call
    /// has it looked at again, for the next.
    func next() -> UInt64? {
        guard let look else { return nil }
        let (seen, isFirst) = state.withLock { state in
            defer { state.isLooking = true }
            return (state.seen, !state.isLooking)
        }
        if isFirst { Task { await see(look) } }
        return seen
    }

    private func see(_ look: @escaping @Sendable () -> UInt64) async {
        do throws(Failure) {
            try await threads.run(within: DiskThreads.patience) { [self] in
                let seen = look()
                state.withLock { $0 = State(seen: seen) }
            }
        } catch {
            // What cannot be seen in time is no growth. Without a thread nobody looks; one that hangs is not to be joined by another.
            if error.reason == .disk { state.withLock { $0.isLooking = false } }
        }
    }

    private static func fingerprint(of objects: String) -> UInt64 {
        var sum: UInt64 = 0
        // What cannot be read shows no growth; git's own words tell why.
        for directory in (try? Files.entries(objects)) ?? [] {
            sum &+= fingerprint(at: objects + "/" + String(decoding: directory, as: UTF8.self))
        }
        // Likewise.
        for pack in (try? Files.entries(objects + "/pack")) ?? [] {
            sum &+= fingerprint(at: objects + "/pack/" + String(decoding: pack, as: UTF8.self))
        }
        return sum
    }

    private static func fingerprint(at path: String) -> UInt64 {
        var status = stat()
        guard lstat(path, &status) == 0 else { return 0 }
        return UInt64(truncatingIfNeeded: status.st_size)
            &+ UInt64(truncatingIfNeeded: status.st_mtim.tv_sec) &* 1_000_000_007
            &+ UInt64(truncatingIfNeeded: status.st_mtim.tv_nsec)
    }
}
