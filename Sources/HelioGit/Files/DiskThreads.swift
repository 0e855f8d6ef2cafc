import Glibc
import HelioNode

/// A few threads for calls that block on a disk. A file system that hangs then holds these and not the pool that the whole
/// program runs on, and holds nobody who waits for them longer than a limit.
///
/// A thread whose call outlives its limit is lost: nothing can wake it. Its caller goes on with a failure, and a spare takes the
/// thread's place, at most `spares` at once, so that a hanging disk cannot use up the memory. A lost thread that comes back ends.
final class DiskThreads: Sendable {
    /// Reading the refs of one repository takes 0.1 ms, of one with 100,000 loose ones on a slow disk some seconds.
    static let patience: Duration = .seconds(60)
    /// For walks through a whole tree: 300,000 repositories at 10 ms, as a cold network file system takes for each.
    static let longPatience: Duration = .seconds(3600)

    /// As many threads as a spinning disk or a network file system makes good use of, and more than the cores of a small machine.
    static let shared = DiskThreads(count: 4, spares: 28)
    /// Whole trees, which nobody waits for in a hurry, and which would keep readers from the others for minutes.
    static let removals = DiskThreads(count: 1, spares: 3)
    /// Small looks at the node's own disk that must not wait behind an upstream's that hangs: whether a copy grows.
    static let looks = DiskThreads(count: 2, spares: 6)
    /// How much room there is, asked every few seconds, which may use up its own threads only.
    static let space = DiskThreads(count: 1, spares: 1)

    private let jobs: DiskJobs

    /// - Parameter tick: how much later than its limit a call may be given up.
    init(count: Int, spares: Int, tick: Duration = .seconds(1)) {
        jobs = DiskJobs(count: count, spares: spares)
        for _ in 0..<count { DiskJobs.start(jobs) { $0.work() } }
        DiskJobs.start(jobs) { jobs in
            while true {
                usleep(useconds_t(clamping: tick.wholeNanoseconds / 1000))
                jobs.giveUpOverdue()
            }
        }
    }

    static func run<T: Sendable>(
        within limit: Duration = patience, _ body: @escaping @Sendable () throws(Failure) -> T
    ) async throws(Failure) -> T {
        try await shared.run(within: limit, body)
    }

    /// - Throws: `.timeout` when `body` itself takes longer than `limit`, `.disk` when no thread was free for so long.
    func run<T: Sendable>(
        within limit: Duration, _ body: @escaping @Sendable () throws(Failure) -> T
    ) async throws(Failure) -> T {
        let result: Result<T, Failure> = await withCheckedContinuation { continuation in
            let job = DiskJob(limit: limit) {
                let result: Result<T, Failure>
                do throws(Failure) { result = .success(try body()) } catch { result = .failure(error) }
                return { continuation.resume(returning: result) }
            } giveUp: { failure in
                continuation.resume(returning: .failure(failure))
            }
            jobs.add(job)
        }
        return try result.get()
    }

    /// A call on the node's own disk: that it hangs is no fault of the repository's that the call is for.
    /// - Throws: `.disk` when `body` itself takes longer than `limit`, too.
    func runOwn<T: Sendable>(
        within limit: Duration = DiskThreads.patience, _ body: @escaping @Sendable () throws(Failure) -> T
    ) async throws(Failure) -> T {
        do throws(Failure) {
            return try await run(within: limit, body)
        } catch {
            throw error.reason == .timeout ? Failure(.disk, error.message) : error
        }
    }
}
