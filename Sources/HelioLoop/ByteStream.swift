import CLibevent
import Glibc

/// Who is told that a stream can move bytes again. Called on the loop.
public protocol StreamOwner: AnyObject {
    func streamIsReadable()
    func streamIsWritable()
}

/// A connected, non-blocking stream of bytes, plain or under TLS. Belongs to its loop. It has no buffers: what cannot be written
/// stays with its owner, so that an idle connection costs next to nothing.
public final class ByteStream {
    private let loop: EventLoop
    private let socket: PlainTransport
    private var session: TLSSession?
    private var readEvent: OpaquePointer?
    private var writeEvent: OpaquePointer?
    /// Which events are set. Under TLS a read may have to wait until the socket is writable, and a write until it is readable.
    private var armed = (read: false, write: false)
    private var isWakePending = false
    /// The last read under TLS found less than a record: what the session holds of it is no use before the socket brings the rest.
    private var isDry = false
    /// The owner holds the stream, and closes it before it goes.
    public unowned var owner: (any StreamOwner)?
    public private(set) var isOpen = true
    public private(set) var isReading = false
    public private(set) var isAwaitingWrite = false

    /// Takes the descriptor over.
    /// - Parameter session: over the same descriptor; nil for a plain stream.
    init(loop: EventLoop, descriptor: Int32, session: TLSSession? = nil) {
        self.loop = loop
        socket = PlainTransport(descriptor: descriptor)
        self.session = session
    }

    deinit { close() }

    /// Whether what is written now is what the peer reads: not before the end of a handshake.
    public var isEstablished: Bool { session?.isEstablished ?? true }

    /// Whether the peer has begun a handshake.
    public var hasBegun: Bool { session?.hasBegun ?? false }

    /// Whether this side has answered a handshake: what is left of it costs little.
    public var hasAnswered: Bool { session?.hasAnswered ?? false }

    /// After a failed read: whether the peer had begun an HTTP request without the TLS that this stream expects.
    public var heardPlainHTTP: Bool { session?.heardPlainHTTP ?? false }

    /// Goes on in plain bytes, to tell a peer that does not know of TLS what it got wrong.
    public func abandonTLS() {
        session = nil
        arm()
    }

    /// - Precondition: the stream is open, `buffer` is not empty.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        guard let session else { return socket.read(into: buffer) }
        let transfer = session.read(into: buffer)
        isDry = transfer == .wouldBlock && !session.holdsReads
        arm()
        if case .moved = transfer { wakeForPending() }
        return transfer
    }

    /// May move fewer bytes than `buffer` holds. After `.wouldBlock` the next write begins with the same bytes.
    /// - Parameter more: whether more is written at once, so that these bytes may wait for it.
    /// - Precondition: the stream is open.
    public func write(_ buffer: UnsafeRawBufferPointer, more: Bool = false) -> Transfer {
        guard let session else { return socket.write(buffer, more: more) }
        let wasHeld = session.holdsReads
        let transfer = session.write(buffer)
        arm()
        if wasHeld { wakeForPending() }
        return transfer
    }

    /// Whether `send` can be used: what goes under TLS has to be enciphered here.
    public var sendsFiles: Bool { session == nil }

    /// Sends the first bytes of a range, and takes them off it.
    /// - Precondition: the stream is open, `sendsFiles`, the range is not empty.
    public func send(_ range: inout FileRange) -> Transfer { socket.send(&range) }

    /// Whether `streamIsReadable` is called while there are bytes to read, or the end.
    public func setReading(_ wanted: Bool) {
        guard isOpen, wanted != isReading else { return }
        isReading = wanted
        arm()
        wakeForPending()
    }

    /// Whether `streamIsWritable` is called while there is room to write.
    public func setAwaitingWrite(_ wanted: Bool) {
        guard isOpen, wanted != isAwaitingWrite else { return }
        isAwaitingWrite = wanted
        arm()
    }

    /// Bytes that were written and that the peer has not acknowledged yet; 0 when the kernel does not tell.
    public var unsentBytes: Int {
        var count: Int32 = 0
        return ioctl(socket.descriptor, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
    }

    /// Tells the peer that nothing more will come.
    public func finishWriting() {
        guard isOpen else { return }
        session?.finishWriting()
        shutdown(socket.descriptor, Int32(SHUT_WR))
    }

    /// Written bytes still go out.
    public func close() {
        guard isOpen else { return }
        session?.finishWriting()
        release()
    }

    private func release() {
        isOpen = false
        for event in [readEvent, writeEvent] { event.map(event_free) }
        (readEvent, writeEvent) = (nil, nil)
        _ = Glibc.close(socket.descriptor)
    }

    /// Closes so that the peer sees an error (a reset, on TCP): what it got must not look complete.
    public func abort() {
        guard isOpen else { return }
        var noLinger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(socket.descriptor, SOL_SOCKET, SO_LINGER, &noLinger, socklen_t(MemoryLayout<linger>.size))
        release()
    }
}

extension ByteStream {
    private var readWaitsForWrite: Bool { session?.readNeed == .writable }
    /// A blocked write comes first, and with it the event: see `TLSSession.holdsReads`.
    private var readIsHeld: Bool { session?.holdsReads ?? false }
    private var writeWaitsForRead: Bool { session?.writeNeed == .readable }

    /// Sets the events that stand for what the owner waits for. Which of its calls an event leads to, where it waits for both:
    ///
    /// | session | read event | write event |
    /// |---|---|---|
    /// | none, or it needs what it is asked for | `streamIsReadable` | `streamIsWritable` |
    /// | a read needs the socket writable | not set | `streamIsReadable`, then `streamIsWritable` |
    /// | a write needs the socket readable | `streamIsWritable`, then `streamIsReadable` | not set |
    /// | a write needs it writable, and reads are held till then | not set | `streamIsWritable` |
    private func arm() {
        guard isOpen else { return }
        let reads = isReading && !readIsHeld
        let read = (reads && !readWaitsForWrite) || (isAwaitingWrite && writeWaitsForRead)
        let write = (isAwaitingWrite && !writeWaitsForRead) || (reads && readWaitsForWrite)
        if read != armed.read { Self.set(&readEvent, read) { makeReadEvent() } }
        if write != armed.write { Self.set(&writeEvent, write) { makeWriteEvent() } }
        armed = (read, write)
    }

    private static func set(_ event: inout OpaquePointer?, _ wanted: Bool, _ make: () -> OpaquePointer?) {
        if wanted {
            if event == nil { event = make() }
            event.map { _ = event_add($0, nil) }
        } else {
            event.map { _ = event_del($0) }
        }
    }

    /// Bytes that the session has taken off the socket already: no event would tell of them.
    private func wakeForPending() {
        guard isOpen, isReading, !isWakePending, !isDry, let session, session.hasPending, !readIsHeld else { return }
        isWakePending = true
        // A job, so that the sockets get their turn in between; it runs on this loop, where the stream belongs, and does not keep it.
        nonisolated(unsafe) weak let stream = self
        loop.execute { stream?.readPending() }
    }

    private func readPending() {
        isWakePending = false
        if isOpen, isReading, !readIsHeld { owner?.streamIsReadable() }
    }

    private func makeReadEvent() -> OpaquePointer? {
        event_new(loop.base, socket.descriptor, Int16(EV_READ | EV_PERSIST), { _, _, context in
            context.map(ByteStream.from)?.socketIsReadable()
        }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func makeWriteEvent() -> OpaquePointer? {
        event_new(loop.base, socket.descriptor, Int16(EV_WRITE | EV_PERSIST), { _, _, context in
            context.map(ByteStream.from)?.socketIsWritable()
        }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func socketIsReadable() {
        loop.enterRound()
        if isAwaitingWrite, writeWaitsForRead { owner?.streamIsWritable() }
        if isOpen, isReading, !readWaitsForWrite, !readIsHeld { owner?.streamIsReadable() }
    }

    private func socketIsWritable() {
        loop.enterRound()
        if isReading, readWaitsForWrite, !readIsHeld { owner?.streamIsReadable() }
        if isOpen, isAwaitingWrite, !writeWaitsForRead { owner?.streamIsWritable() }
    }

    private static func from(_ pointer: UnsafeMutableRawPointer) -> ByteStream {
        Unmanaged<ByteStream>.fromOpaque(pointer).takeUnretainedValue()
    }
}
