import Glibc

/// How a thread waits for a lock that is held for some dozen nanoseconds at a time: it leaves the lock alone for a moment and then
/// tries again.
///
/// What two threads that take turns pay for is not the waiting but the cache lines of the lock and of what it protects, which then
/// move at every turn (70 ns each where this was measured). Left alone, the holder comes back dozens of times and finds everything
/// still in its own cache. Two threads that record into one timer took 160 to 200 ns a record this way, 350 to 500 ns with glibc's
/// default mutex, and no less with its adaptive one, which tries again at once.
enum LookAway {
    /// Nanoseconds: some thirty turns of the holder.
    private static let moment: Int64 = 2000
    /// Then the holder has probably been taken off its processor, and sleeping is right.
    private static let attempts = 16

    static func untilSuccess(_ attempt: () -> Bool) -> Bool {
        for _ in 0..<attempts {
            pass()
            if attempt() { return true }
        }
        return false
    }

    private static func pass() {
        let end = now() + moment
        while now() < end {}
    }

    private static func now() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
