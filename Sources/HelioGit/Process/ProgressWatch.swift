import Glibc
import HelioNode

/// Looks at a running process group from time to time: does it still get anywhere, has its time run out?
struct ProgressWatch: Sendable {
    let group: pid_t
    let growth: Growth
    let noProgress: Duration
    let total: Duration

    private struct Sample {
        var stderr: Int
        var cpu: UInt64
        /// nil while nobody has seen them yet.
        var objects: UInt64?

        func isBeyond(_ former: Sample) -> Bool {
            stderr != former.stderr || cpu != former.cpu || former.objects != nil && objects != former.objects
        }
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
            let current = Sample(stderr: activity.bytes, cpu: ProcessGroup.cpuTicks(group), objects: growth.next())
            guard let former = last else {
                last = current
                continue
            }
            last = current
            if current.isBeyond(former) {
                lastProgress = now
            } else if now - lastProgress >= noProgress {
                return Failure(.noProgress, "git made no progress for \(noProgress.components.seconds) s")
            }
        }
    }

    /// An eighth of the shorter limit, so that a limit is overrun by an eighth at most, or by two where growth, which is seen a tick later,
    /// came last; and never a busy loop.
    private var tick: Duration { min(max(min(noProgress, total) / 8, .milliseconds(10)), .seconds(5)) }
}
