import Glibc
import HelioNode

/// One call and its limit, which counts anew when a thread takes it. Unchecked: all that varies is touched under the mutex of
/// the `DiskJobs` that it is in.
final class DiskJob: @unchecked Sendable {
    let limit: Duration
    /// Makes the call and returns what tells its result.
    let call: @Sendable () -> @Sendable () -> Void
    let giveUp: @Sendable (Failure) -> Void
    fileprivate var since = ContinuousClock.now
    /// Told, by whichever came first: the result or giving up.
    fileprivate var isSettled = false

    init(
        limit: Duration, call: @escaping @Sendable () -> @Sendable () -> Void, giveUp: @escaping @Sendable (Failure) -> Void
    ) {
        (self.limit, self.call, self.giveUp) = (limit, call, giveUp)
    }
}

/// The calls that wait, in order, and those that run. Unchecked: everything is touched under the mutex only, and the two
/// pthread objects never move.
final class DiskJobs: @unchecked Sendable {
    private var waiting: [DiskJob] = []
    private var next = 0
    private var running: [DiskJob] = []
    private var threads: Int
    private var lost = 0
    private let count: Int
    private let spares: Int
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    init(count: Int, spares: Int) {
        (self.count, threads, self.spares) = (count, count, spares)
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

    func add(_ job: DiskJob) {
        locked { waiting.append(job) }
        pthread_cond_signal(filled)
    }

    /// One thread's life.
    func work() {
        while true {
            let job = take()
            let tell = job.call()
            let outcome = finish(job)
            if outcome.isInTime { tell() }
            if outcome.isSuperfluous { return }
        }
    }

    /// To be called from time to time: fails what has taken too long and puts spares in the place of lost threads.
    func giveUpOverdue() {
        let now = ContinuousClock.now
        let (late, unserved) = locked { (takeLate(now), takeUnserved(now)) }
        for job in late { job.giveUp(Failure(.timeout, "the disk did not answer for \(job.limit.components.seconds) s")) }
        for job in unserved {
            job.giveUp(Failure(.disk, "all threads for the disk were held up for \(job.limit.components.seconds) s"))
        }
        for _ in 0..<locked(threadsDue) { Self.start(self) { $0.work() } }
    }

    private func takeLate(_ now: ContinuousClock.Instant) -> [DiskJob] {
        let late = running.filter { !$0.isSettled && now - $0.since >= $0.limit }
        for job in late { job.isSettled = true }
        lost += late.count
        return late
    }

    private func takeUnserved(_ now: ContinuousClock.Instant) -> [DiskJob] {
        let unserved = waiting[next...].filter { now - $0.since >= $0.limit }
        guard !unserved.isEmpty else { return [] }
        waiting = waiting[next...].filter { now - $0.since < $0.limit }
        next = 0
        return unserved
    }

    private func threadsDue() -> Int {
        let due = max(0, min(count + lost, count + spares) - threads)
        threads += due
        return due
    }

    private func take() -> DiskJob {
        locked {
            while next == waiting.count { pthread_cond_wait(filled, mutex) }
            let job = waiting[next]
            next += 1
            if next == waiting.count || next > 1024 {
                waiting.removeFirst(next)
                next = 0
            }
            job.since = .now
            running.append(job)
            return job
        }
    }

    private func finish(_ job: DiskJob) -> (isInTime: Bool, isSuperfluous: Bool) {
        locked {
            running.removeAll { $0 === job }
            guard job.isSettled else {
                job.isSettled = true
                return (true, false)
            }
            lost -= 1
            let isSuperfluous = threads > count + lost
            if isSuperfluous { threads -= 1 }
            return (false, isSuperfluous)
        }
    }

    private func locked<T>(_ body: () -> T) -> T {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    private struct Start {
        let jobs: DiskJobs
        let body: (DiskJobs) -> Void
    }

    static func start(_ jobs: DiskJobs, _ body: @escaping @Sendable (DiskJobs) -> Void) {
        var thread = pthread_t()
        let start = UnsafeMutablePointer<Start>.allocate(capacity: 1)
        start.initialize(to: Start(jobs: jobs, body: body))
        let code = pthread_create(&thread, nil, { context in
            guard let start = context?.assumingMemoryBound(to: Start.self) else { return nil }
            let moved = start.move()
            start.deallocate()
            moved.body(moved.jobs)
            return nil
        }, start)
        // No memory for a thread: those that there are go on, and a later tick cannot know of it.
        guard code == 0 else { return }
        pthread_detach(thread)
    }
}
