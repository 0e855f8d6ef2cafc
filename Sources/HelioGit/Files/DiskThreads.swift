import Glibc
import HelioNode

/// A few threads for calls that block on a disk. A file system that hangs then holds these and not the pool that the whole
/// program runs on.
final class DiskThreads: TaskExecutor {
    /// As many as a spinning disk or a network file system makes good use of, and more than the cores of a small machine.
    private static let threadCount = 4
    static let shared = DiskThreads()

    static func run<T: Sendable>(_ body: @Sendable () throws(Failure) -> T) async throws(Failure) -> T {
        try await withTaskExecutorPreference(shared) { () async throws(Failure) in try await Self.call(body) }
    }

    /// Not isolated, so it runs where the task prefers.
    @concurrent
    private static func call<T: Sendable>(_ body: @Sendable () throws(Failure) -> T) async throws(Failure) -> T { try body() }

    private let queue = JobQueue()

    private init() {
        for _ in 0..<Self.threadCount {
            var thread = pthread_t()
            let context = Unmanaged.passRetained(self).toOpaque()  // the threads live as long as the process
            pthread_create(&thread, nil, { context in
                guard let context else { return nil }
                Unmanaged<DiskThreads>.fromOpaque(context).takeUnretainedValue().work()
                return nil
            }, context)
            pthread_detach(thread)
        }
    }

    func enqueue(_ job: consuming ExecutorJob) { queue.push(UnownedJob(job)) }

    private func work() {
        while true { queue.pop().runSynchronously(on: asUnownedTaskExecutor()) }
    }
}

/// Jobs in order. Unchecked: `jobs` is touched under the mutex only, and the two pthread objects never move.
private final class JobQueue: @unchecked Sendable {
    private var jobs: [UnownedJob] = []
    private var next = 0
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init() {
        mutex.initialize(to: pthread_mutex_t())
        filled.initialize(to: pthread_cond_t())
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(filled, nil)
    }

    deinit {
        pthread_cond_destroy(filled)
        pthread_mutex_destroy(mutex)
        filled.deallocate()
        mutex.deallocate()
    }

    func push(_ job: UnownedJob) {
        pthread_mutex_lock(mutex)
        jobs.append(job)
        pthread_cond_signal(filled)
        pthread_mutex_unlock(mutex)
    }

    func pop() -> UnownedJob {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while next == jobs.count { pthread_cond_wait(filled, mutex) }
        let job = jobs[next]
        next += 1
        if next == jobs.count || next > 1024 {
            jobs.removeFirst(next)
            next = 0
        }
        return job
    }
}
