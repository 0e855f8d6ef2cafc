public import Glibc

/// A value behind a POSIX mutex. Not `Synchronization.Mutex`: ThreadSanitizer does not see its futex and reports races that
/// are none.
public final class Locked<Value>: @unchecked Sendable {  // every access to `value` holds the mutex
    /// How long the mutex is held at a time.
    public enum Holding: Sendable {
        case ordinarily
        /// For less time than it takes to put a thread to sleep and to wake it: see `LookAway`.
        case briefly
    }

    @usableFromInline var value: Value
    @usableFromInline let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let holding: Holding

    public init(_ value: sending Value, held holding: Holding = .ordinarily) {
        self.value = value
        self.holding = holding
        mutex = .allocate(capacity: 1)
        mutex.initialize(to: pthread_mutex_t())
        let code = pthread_mutex_init(mutex, nil)
        precondition(code == 0, "a default mutex can always be made")
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    @inlinable public func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        if pthread_mutex_trylock(mutex) != 0 { waitForMutex() }
        defer { pthread_mutex_unlock(mutex) }
        return try body(&value)
    }

    @usableFromInline func waitForMutex() {
        guard holding == .ordinarily || !LookAway.untilSuccess({ pthread_mutex_trylock(mutex) == 0 }) else { return }
        pthread_mutex_lock(mutex)
    }
}
