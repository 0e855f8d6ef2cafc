import CLibevent
import Glibc

/// Who is told that a stream can move bytes again. Called on the loop.
public protocol StreamOwner: AnyObject {
    func streamIsReadable()
    func streamIsWritable()
}

/// A connected, non-blocking stream of bytes. Belongs to its loop. It has no buffers: what cannot be written stays with its
/// owner, so that an idle connection costs next to nothing.
public final class ByteStream {
    private let loop: EventLoop
    private let transport: Transport
    private var readEvent: OpaquePointer?
    private var writeEvent: OpaquePointer?
    /// The owner holds the stream, and closes it before it goes.
    public unowned var owner: (any StreamOwner)?
    public private(set) var isOpen = true
    public private(set) var isReading = false
    public private(set) var isAwaitingWrite = false

    /// Takes the descriptor over.
    init(loop: EventLoop, descriptor: Int32) {
        self.loop = loop
        transport = Transport(descriptor: descriptor)
    }

    deinit { close() }

    /// - Precondition: the stream is open, `buffer` is not empty.
    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer { transport.read(into: buffer) }

    /// May move fewer bytes than `buffer` holds.
    /// - Precondition: the stream is open.
    public func write(_ buffer: UnsafeRawBufferPointer) -> Transfer { transport.write(buffer) }

    /// Whether `streamIsReadable` is called while there are bytes to read, or the end.
    public func setReading(_ wanted: Bool) {
        guard isOpen, wanted != isReading else { return }
        isReading = wanted
        Self.set(&readEvent, wanted) { makeReadEvent() }
    }

    /// Whether `streamIsWritable` is called while there is room to write.
    public func setAwaitingWrite(_ wanted: Bool) {
        guard isOpen, wanted != isAwaitingWrite else { return }
        isAwaitingWrite = wanted
        Self.set(&writeEvent, wanted) { makeWriteEvent() }
    }

    /// Bytes that were written and that the peer has not acknowledged yet; 0 when the kernel does not tell.
    public var unsentBytes: Int {
        var count: Int32 = 0
        return ioctl(transport.descriptor, UInt(TIOCOUTQ), &count) == 0 ? Int(count) : 0
    }

    /// Tells the peer that nothing more will come.
    public func finishWriting() {
        guard isOpen else { return }
        shutdown(transport.descriptor, Int32(SHUT_WR))
    }

    /// Written bytes still go out.
    public func close() {
        guard isOpen else { return }
        isOpen = false
        for event in [readEvent, writeEvent] { event.map(event_free) }
        (readEvent, writeEvent) = (nil, nil)
        _ = Glibc.close(transport.descriptor)
    }

    /// Closes so that the peer sees an error (a reset, on TCP): what it got must not look complete.
    public func abort() {
        guard isOpen else { return }
        var noLinger = linger(l_onoff: 1, l_linger: 0)
        setsockopt(transport.descriptor, SOL_SOCKET, SO_LINGER, &noLinger, socklen_t(MemoryLayout<linger>.size))
        close()
    }

    private static func set(_ event: inout OpaquePointer?, _ wanted: Bool, _ make: () -> OpaquePointer?) {
        if wanted {
            if event == nil { event = make() }
            event.map { _ = event_add($0, nil) }
        } else {
            event.map { _ = event_del($0) }
        }
    }
}

extension ByteStream {

    private func makeReadEvent() -> OpaquePointer? {
        event_new(loop.base, transport.descriptor, Int16(EV_READ | EV_PERSIST), { _, _, context in
            guard let stream = context.map(ByteStream.from) else { return }
            stream.loop.enterRound()
            stream.owner?.streamIsReadable()
        }, Unmanaged.passUnretained(self).toOpaque())
    }

    private func makeWriteEvent() -> OpaquePointer? {
        event_new(loop.base, transport.descriptor, Int16(EV_WRITE | EV_PERSIST), { _, _, context in
            guard let stream = context.map(ByteStream.from) else { return }
            stream.loop.enterRound()
            stream.owner?.streamIsWritable()
        }, Unmanaged.passUnretained(self).toOpaque())
    }

    private static func from(_ pointer: UnsafeMutableRawPointer) -> ByteStream {
        Unmanaged<ByteStream>.fromOpaque(pointer).takeUnretainedValue()
    }
}
