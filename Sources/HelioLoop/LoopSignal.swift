import CLibevent
import Glibc

/// Signals of the process as a stream. libevent can serve them from one loop of a process only, so one loop takes them all.
///
/// `@unchecked Sendable`: the events are touched on the loop only.
final class LoopSignals: @unchecked Sendable {
    private let loop: EventLoop
    private let continuation: AsyncStream<Int32>.Continuation
    private var events: [OpaquePointer] = []

    init(loop: EventLoop, continuation: AsyncStream<Int32>.Continuation) {
        self.loop = loop
        self.continuation = continuation
    }

    /// libevent holds one retain of this object from here until `remove`.
    func start(_ numbers: [Int32]) {
        let context = Unmanaged.passRetained(self).toOpaque()
        events = numbers.compactMap { number in
            event_new(loop.base, number, Int16(EV_SIGNAL | EV_PERSIST), { number, _, context in
                context.map { Unmanaged<LoopSignals>.fromOpaque($0).takeUnretainedValue() }?.arrived(number)
            }, context)
        }
        for event in events { event_add(event, nil) }
    }

    private func arrived(_ number: Int32) {
        loop.enterRound()
        continuation.yield(number)
    }

    func remove() {
        guard !events.isEmpty else { return }
        for event in events { event_free(event) }
        events = []
        Unmanaged.passUnretained(self).release()
    }
}

extension EventLoop {
    /// Takes these signals over from their default action until the stream is dropped, and yields each one's number.
    /// Signals that arrive while nobody listens wait in the stream (at most 16, the newest kept).
    public func signals(_ numbers: Int32...) -> AsyncStream<Int32> {
        let (stream, continuation) = AsyncStream.makeStream(of: Int32.self, bufferingPolicy: .bufferingNewest(16))
        let signals = LoopSignals(loop: self, continuation: continuation)
        continuation.onTermination = { _ in self.execute { signals.remove() } }
        execute { signals.start(numbers) }
        return stream
    }
}
