import CLibevent
import Glibc

/// Runs a closure on the loop after a time, once or again and again, by the monotonic clock (libevent's, about 4 ms fine).
///
/// `@unchecked Sendable`: the event is touched on the loop only; `cancel` goes there by itself.
public final class LoopTimer: @unchecked Sendable {
    private let loop: EventLoop
    private let body: @Sendable () -> Void
    private var event: OpaquePointer?
    private var isCancelled = false

    fileprivate init(loop: EventLoop, body: @escaping @Sendable () -> Void) {
        self.loop = loop
        self.body = body
    }

    /// After this, on the loop, the closure runs no more.
    public func cancel() {
        guard loop.isCurrent else { return loop.execute { self.cancel() } }
        isCancelled = true  // it may not have started yet
        remove()
    }

    /// libevent holds one retain from here until `remove`.
    fileprivate func start(after delay: Duration, repeating: Bool) {
        guard !isCancelled else { return }
        let context = Unmanaged.passRetained(self).toOpaque()
        event = event_new(loop.base, -1, repeating ? Int16(EV_PERSIST) : 0, { _, _, timer in
            timer.map { Unmanaged<LoopTimer>.fromOpaque($0).takeUnretainedValue() }?.fire()
        }, context)
        guard let event else { return Unmanaged.passUnretained(self).release() }
        var interval = delay.timeInterval
        event_add(event, &interval)
    }

    private func fire() {
        loop.enterRound()
        body()
        if let event, event_pending(event, Int16(EV_TIMEOUT), nil) == 0 { remove() }
    }

    private func remove() {
        guard let event else { return }
        self.event = nil
        event_free(event)
        Unmanaged.passUnretained(self).release()
    }
}

extension EventLoop {
    /// Callable from any thread. The timer lives until it has fired (or is cancelled, when it repeats), kept or not.
    /// - Parameter delay: of at least a microsecond when it repeats; also the period then.
    @discardableResult
    public func schedule(after delay: Duration, repeating: Bool = false, _ body: @escaping @Sendable () -> Void) -> LoopTimer {
        precondition(!repeating || delay >= .microseconds(1), "a timer cannot repeat without a period")
        let timer = LoopTimer(loop: self, body: body)
        if isCurrent {
            timer.start(after: delay, repeating: repeating)
        } else {
            execute { timer.start(after: delay, repeating: repeating) }
        }
        return timer
    }
}
