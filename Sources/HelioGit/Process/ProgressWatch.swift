import Glibc
import HelioNode

/// Looks at a running process group from time to time: does it still get anywhere, has its time run out?
struct ProgressWatch: Sendable {
    let group: pid_t
    let growing: String?
    let noProgress: Duration
    let total: Duration

    private struct Sample: Equatable {
        var stderr: Int
        var cpu: UInt64
        var objects: UInt64
    }

    /// - Returns: `.noProgress` or `.deadline`, or nil when the task is cancelled because git has ended.
    func firstFailure(_ activity: Activity) async -> Failure? {
        let clock = ContinuousClock()
        let start = clock.now
        // The first sample is taken at the first tick: most runs of git have ended by then, and a sample walks through /proc.
        var last: Sample?
        var lastProgress = start
        while true {
            // Cancellation is how git's end is told; it is no failure.
            do { try await clock.sleep(for: tick) } catch { return nil }
            let now = clock.now
            if now - start >= total { return Failure(.deadline, "git took longer than \(total.components.seconds) s") }
            let current = sample(activity)
            if current != last {
                if last != nil { lastProgress = now }
                last = current
            } else if now - lastProgress >= noProgress {
                return Failure(.noProgress, "git made no progress for \(noProgress.components.seconds) s")
            }
        }
    }

    /// An eighth of the shorter limit, so that a limit is overrun by an eighth at most, and never a busy loop.
    private var tick: Duration { min(max(min(noProgress, total) / 8, .milliseconds(10)), .seconds(5)) }

    private func sample(_ activity: Activity) -> Sample {
        Sample(stderr: activity.bytes, cpu: ProcessGroup.cpuTicks(group), objects: growth())
    }

    /// A number that changes when a pack in the making grows or a loose object appears.
    private func growth() -> UInt64 {
        guard let objects = growing.map({ $0 + "/objects" }) else { return 0 }
        var sum: UInt64 = 0
        // What cannot be read shows no growth; git's own words tell why.
        for directory in (try? Files.entries(objects)) ?? [] {
            sum &+= Self.fingerprint(objects + "/" + String(decoding: directory, as: UTF8.self))
        }
        // Likewise.
        for pack in (try? Files.entries(objects + "/pack")) ?? [] {
            sum &+= Self.fingerprint(objects + "/pack/" + String(decoding: pack, as: UTF8.self))
        }
        return sum
    }

    private static func fingerprint(_ path: String) -> UInt64 {
        var status = stat()
        guard lstat(path, &status) == 0 else { return 0 }
        return UInt64(truncatingIfNeeded: status.st_size)
            &+ UInt64(truncatingIfNeeded: status.st_mtim.tv_sec) &* 1_000_000_007
            &+ UInt64(truncatingIfNeeded: status.st_mtim.tv_nsec)
    }
}
