import CLibevent
import Glibc
import HelioLock

/// One thread that waits for sockets, timers and signals, and runs the actors that name it as their executor.
///
/// Nothing on it may block: what waits for disk, for git or for a lock of unknown length belongs elsewhere. `observeLag` tells
/// when somebody did.
///
/// `@unchecked Sendable`: `inbox` is locked; everything else that changes is touched on the loop's own thread only.
public final class EventLoop: @unchecked Sendable {
    /// Jobs run before the sockets are polled again, so that a flood of jobs cannot starve them.
    static let batchLimit = 1024

    let base: OpaquePointer
    let inbox = Locked(JobInbox())
    private var thread = pthread_t()
    private var wakeEvent: OpaquePointer?
    private var continueEvent: OpaquePointer?
    private var lagProbe: (@Sendable (Duration) -> Void)?
    /// When the first event of this round was dispatched; 0 while polling.
    private var roundStart: Int64 = 0

    /// Starts the thread.
    /// - Parameter name: of the thread, for people; Linux keeps 15 bytes of it.
    public static func start(name: String = "loop") throws(LoopError) -> EventLoop {
        let loop = try EventLoop()
        try loop.startThread(name: name)
        return loop
    }

    private init() throws(LoopError) {
        guard evthread_use_pthreads() == 0 else { throw .cannotCreate("libevent's locks") }
        guard let base = event_base_new() else { throw .cannotCreate("an event base") }
        self.base = base
    }

    deinit {
        for event in [wakeEvent, continueEvent] { event.map(event_free) }
        event_base_free(base)
    }

    private func startThread(name: String) throws(LoopError) {
        let context = Unmanaged.passUnretained(self).toOpaque()
        let run: event_callback_fn = { _, _, loop in loop.map(EventLoop.from)?.runBatch() }
        wakeEvent = event_new(base, -1, Int16(EV_PERSIST), run, context)
        continueEvent = event_new(base, -1, 0, run, context)
        guard wakeEvent != nil, continueEvent != nil else { throw .cannotCreate("the loop's own events") }
        thread = try LoopThread.start(name: name) { self.run() }
    }

    static func from(_ pointer: UnsafeMutableRawPointer) -> EventLoop {
        Unmanaged<EventLoop>.fromOpaque(pointer).takeUnretainedValue()
    }

    /// Ends the loop after what is queued has run, and waits for its thread. Nothing may be sent to it afterwards.
    /// - Precondition: not called on the loop itself; called once.
    public func stop() {
        precondition(!isCurrent, "a loop cannot wait for its own end")
        inbox.withLock { $0.stop() }
        execute {}
        pthread_join(thread, nil)
    }

    /// Whether the caller runs on this loop's thread.
    public var isCurrent: Bool { LoopThread.current === self }

    /// Runs `body` on the loop, in order with everything else sent to it. Callable from any thread.
    public func execute(_ body: @escaping @Sendable () -> Void) { send(.closure(body)) }

    /// `probe` gets, on the loop, how long each round of events took: that long the last of them and everything that became
    /// ready meanwhile had to wait.
    public func observeLag(_ probe: (@Sendable (Duration) -> Void)?) {
        execute { self.lagProbe = probe }
    }

    /// The monotonic clock in nanoseconds, read once a round. Only on the loop.
    public var now: Int64 {
        enterRound()
        return roundStart
    }

    /// The monotonic clock in nanoseconds, read now.
    public var exactNow: Int64 { monotonicNanoseconds() }

    /// Every callback from libevent comes through here first.
    func enterRound() {
        if roundStart == 0 { roundStart = monotonicNanoseconds() }
    }
}

extension EventLoop {
    func send(_ work: JobInbox.Work) {
        if inbox.withLock({ $0.add(work) }), let wakeEvent { event_active(wakeEvent, 0, 0) }
    }

    private func run() {
        LoopThread.adopt(self)
        while !isStopped {
            event_base_loop(base, EVLOOP_ONCE | EVLOOP_NO_EXIT_ON_EMPTY)
            endRound()
        }
    }

    private var isStopped: Bool { inbox.withLock { $0.isStopping && !$0.isAwake } }

    private func endRound() {
        if let lagProbe, roundStart != 0 { lagProbe(.nanoseconds(monotonicNanoseconds() - roundStart)) }
        roundStart = 0
    }

    private func runBatch() {
        enterRound()
        for work in inbox.withLock({ $0.take(atMost: Self.batchLimit) }) { perform(work) }
        guard inbox.withLock({ $0.finishBatch() }), let continueEvent else { return }
        // Not event_active: libevent would run it before it polls again.
        var immediately = timeval(tv_sec: 0, tv_usec: 0)
        event_add(continueEvent, &immediately)
    }

    private func perform(_ work: JobInbox.Work) {
        switch work {
        case .closure(let body): body()
        case .job(let job):
            job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
        }
    }
}
