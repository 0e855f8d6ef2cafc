import CLibevent

/// Tells when a descriptor that somebody else owns, a C library say, can be read or written. Belongs to its loop: made, used
/// and closed there.
public final class SocketWatch {
    /// What a descriptor is ready for, or is to be watched for.
    public struct Readiness: OptionSet, Sendable {
        public let rawValue: UInt8
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// There are bytes, or the end, or an error.
        public static let readable = Readiness(rawValue: 1)
        /// There is room, or an error.
        public static let writable = Readiness(rawValue: 2)
    }

    private let loop: EventLoop
    private let descriptor: Int32
    private let ready: (Readiness) -> Void
    private var readEvent: OpaquePointer?
    private var writeEvent: OpaquePointer?
    private var wanted: Readiness = []

    /// Watches for nothing yet.
    /// - Parameters:
    ///   - descriptor: non-blocking, and open until `close`: the kernel forgets a closed one, and may give its number away.
    ///   - ready: called on the loop with one of the two at a time, again and again while that lasts. It may close the watch.
    public init(loop: EventLoop, descriptor: Int32, ready: @escaping (Readiness) -> Void) {
        self.loop = loop
        self.descriptor = descriptor
        self.ready = ready
    }

    deinit { close() }

    /// Watches for this from now on, and for nothing else.
    public func watch(for wanted: Readiness) {
        let changed = wanted.symmetricDifference(self.wanted)
        self.wanted = wanted
        if changed.contains(.readable) { set(&readEvent, EV_READ, wanted.contains(.readable)) }
        if changed.contains(.writable) { set(&writeEvent, EV_WRITE, wanted.contains(.writable)) }
    }

    /// Ends the watch. May be called again.
    public func close() {
        for event in [readEvent, writeEvent] { event.map(event_free) }
        (readEvent, writeEvent, wanted) = (nil, nil, [])
    }

    /// Two events, so that a change of one kind costs one call to the kernel.
    private func set(_ event: inout OpaquePointer?, _ kind: Int32, _ wanted: Bool) {
        guard wanted else { return event.map { _ = event_del($0) } ?? () }
        if event == nil { event = makeEvent(kind) }
        event.map { _ = event_add($0, nil) }
    }

    /// The pointer is not retained: the event goes before the watch does.
    private func makeEvent(_ kind: Int32) -> OpaquePointer? {
        event_new(loop.base, descriptor, Int16(kind | EV_PERSIST), { _, kind, context in
            guard let context else { return }
            Unmanaged<SocketWatch>.fromOpaque(context).takeUnretainedValue().fire(kind)
        }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func fire(_ kind: Int16) {
        loop.enterRound()
        ready(Int32(kind) & EV_READ != 0 ? .readable : .writable)
    }
}
