import CLibevent
import Glibc
import HelioLock

/// A call that may block for as long as it likes (the look-up of a name, a file on a sick disk), made on a thread of its own and
/// waited for on a loop with a deadline. It never piles up: while one call hangs, nobody makes another.
///
/// `@unchecked Sendable`: everything but `isAbandoned`, which is locked, is touched on the loop only.
public final class BlockingCall<Value: Sendable>: @unchecked Sendable {
    private let loop: EventLoop
    private let name: String
    private let body: @Sendable () -> Value
    private let isAbandoned = Locked(false)
    private var isUnderway = false
    /// Came when nobody waited any more. It goes to the next who asks: the question has not changed.
    private var late: Value?
    private var waiter: ((Value?) -> Void)?
    private var timer: LoopTimer?

    /// - Parameters:
    ///   - name: of the thread, for people; Linux keeps 15 bytes of it.
    ///   - body: runs on that thread, once at a time.
    public init(loop: EventLoop, name: String, _ body: @escaping @Sendable () -> Value) {
        self.loop = loop
        self.name = name
        self.body = body
    }

    /// Makes the call, or waits for the one that is still under way.
    /// - Parameter finished: called once, on the loop, perhaps at once; with nil after `limit`. Who waited before gets nil now.
    /// - Throws: when there is no thread to be had.
    public func begin(within limit: Duration, finished: @escaping (Value?) -> Void) throws(LoopError) {
        precondition(loop.isCurrent, "a call is waited for on its loop")
        answer(nil)
        if let value = late {
            late = nil
            return finished(value)
        }
        if !isUnderway { try startThread() }
        waiter = finished
        timer = loop.schedule(after: limit) { [weak self] in self?.answer(nil) }
    }

    /// Nobody is called any more, and the loop may stop although the thread may not have come back.
    public func abandon() {
        isAbandoned.withLock { $0 = true }
        waiter = nil
        timer?.cancel()
    }

    private func startThread() throws(LoopError) {
        let thread = try LoopThread.start(name: name) { [self, body] in
            let value = body()
            // Under the lock, so that nothing is sent to a loop that was stopped after `abandon`.
            isAbandoned.withLock { if !$0 { loop.execute { self.arrived(value) } } }
        }
        pthread_detach(thread)
        isUnderway = true
    }

    private func arrived(_ value: Value) {
        isUnderway = false
        guard waiter != nil else { return late = value }
        answer(value)
    }

    private func answer(_ value: Value?) {
        let waiter = waiter
        self.waiter = nil
        timer?.cancel()
        timer = nil
        waiter?(value)
    }
}
