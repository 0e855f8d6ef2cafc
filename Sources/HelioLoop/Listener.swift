import CLibevent
import Glibc

/// Accepts connections on one address. Belongs to its loop: made, used and closed there.
public final class Listener {
    /// A connection that was just accepted.
    public struct Arrival {
        public let stream: ByteStream
        public let peer: PeerAddress
        /// The process is out of descriptors and this connection uses the reserve: it must be answered and closed before the
        /// callback returns.
        public let usesReserve: Bool
    }

    /// Connections accepted before other events get their turn.
    private static let acceptBatch = 64
    /// Connections answered on the reserve descriptor before the listener pauses.
    static let reserveBatch = 64
    /// How long it pauses when there is no descriptor or no memory for another connection.
    static let pause = Duration.milliseconds(100)

    public let address: ListenAddress
    private let loop: EventLoop
    private var descriptor: Int32
    private var reserve: Int32
    private var event: OpaquePointer?
    private var resumption: LoopTimer?
    private let file: (device: UInt, node: UInt)?
    private let tls: () -> TLSContext?
    private let accepted: (Arrival) -> Void
    private let makesRoom: () -> Bool
    private let exhausted: (LoopError) -> Void
    /// One at a time where other loops accept from the same socket: a loop that is busy leaves the rest to those that are not.
    private var batch = Listener.acceptBatch

    /// - Parameters:
    ///   - peerSpeaksFirst: whether a connection that has said nothing yet may be left with the kernel, for a second. Where it is this side
    ///     that speaks first, nothing would come meanwhile.
    ///   - tls: asked for each connection, so that a certificate can be replaced; nil leaves the connection plain.
    ///   - makesRoom: called when there is no descriptor for another connection: whether some were closed. When none was, the listener
    ///     answers a few on its reserve, and pauses.
    ///   - exhausted: called each time the listener pauses, at most ten times a second.
    ///   - accepted: called for each connection; where the peer speaks first, its first bytes are usually there to be read already.
    public convenience init(
        loop: EventLoop, address: ListenAddress, peerSpeaksFirst: Bool = true, tls: @escaping () -> TLSContext? = { nil },
        makesRoom: @escaping () -> Bool = { false }, exhausted: @escaping (LoopError) -> Void = { _ in },
        accepted: @escaping (Arrival) -> Void
    ) throws(LoopError) {
        let (descriptor, bound) = try ListeningSocket.open(address, peerSpeaksFirst: peerSpeaksFirst)
        try self.init(loop: loop, descriptor: descriptor, address: bound, tls: tls, makesRoom: makesRoom, exhausted: exhausted, accepted: accepted)
    }

    /// - Parameters:
    ///   - inherited: a TCP socket that listens already; taken over.
    ///   - isShared: whether other loops accept from it too.
    public convenience init(
        loop: EventLoop, inherited: Int32, isShared: Bool = false, peerSpeaksFirst: Bool = true,
        tls: @escaping () -> TLSContext? = { nil }, makesRoom: @escaping () -> Bool = { false },
        exhausted: @escaping (LoopError) -> Void = { _ in }, accepted: @escaping (Arrival) -> Void
    ) throws(LoopError) {
        let address = try ListeningSocket.adopt(inherited, peerSpeaksFirst: peerSpeaksFirst)
        try self.init(loop: loop, descriptor: inherited, address: address, tls: tls, makesRoom: makesRoom, exhausted: exhausted, accepted: accepted)
        if isShared { batch = 1 }
    }

    private init(
        loop: EventLoop, descriptor: Int32, address: ListenAddress, tls: @escaping () -> TLSContext?,
        makesRoom: @escaping () -> Bool, exhausted: @escaping (LoopError) -> Void, accepted: @escaping (Arrival) -> Void
    ) throws(LoopError) {
        precondition(loop.isCurrent, "a listener is made on its loop")
        self.descriptor = descriptor
        self.address = address
        if case .unix(let path) = address { file = UnixSocketFile.identity(path) } else { file = nil }
        reserve = Self.openReserve()
        self.loop = loop
        self.tls = tls
        self.accepted = accepted
        self.makesRoom = makesRoom
        self.exhausted = exhausted
        event = event_new(loop.base, descriptor, Int16(EV_READ | EV_PERSIST), { _, _, listener in
            listener.map { Unmanaged<Listener>.fromOpaque($0).takeUnretainedValue() }?.acceptBatch()
        }, Unmanaged.passUnretained(self).toOpaque())
        guard let event, event_add(event, nil) == 0 else { throw .cannotCreate("a listener's event") }
    }

    deinit { close() }

    /// A second descriptor of the socket, for a listener on another loop: each connection goes to the one that is there first.
    /// Both keep the address; it is free when the last of them has closed.
    public func share() throws(LoopError) -> Int32 {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw .system(call: "fcntl", code: errno) }
        batch = 1
        return copy
    }

    /// Takes what the kernel has already accepted (closing would reset it), then stops.
    public func finish() {
        guard descriptor >= 0 else { return }
        for _ in 0..<ListeningSocket.backlog {
            guard let arrival = acceptOne(usesReserve: false) else { break }
            accepted(arrival)
        }
        close()
    }

    /// Stops at once. The file of a Unix socket goes too, unless another process has put its own there.
    public func close() {
        guard descriptor >= 0 else { return }
        event.map(event_free)
        event = nil
        resumption?.cancel()
        for open in [descriptor, reserve] where open >= 0 { _ = Glibc.close(open) }
        (descriptor, reserve) = (-1, -1)
        if case .unix(let path) = address, let file, let now = UnixSocketFile.identity(path), now == file { unlink(path) }
    }

    private static func openReserve() -> Int32 { open("/dev/null", O_RDONLY | O_CLOEXEC) }

    private func acceptBatch() {
        loop.enterRound()
        for _ in 0..<batch {
            guard descriptor >= 0 else { return }
            guard let arrival = acceptOne(usesReserve: false) else { return checkExhaustion(errno) }
            accepted(arrival)
        }
    }

    private func checkExhaustion(_ code: Int32) {
        switch code {
        case EMFILE, ENFILE:
            // The socket stays readable: the next round accepts again.
            if makesRoom() { return }
            spendReserve()
            suspend(code)
        case ENOBUFS, ENOMEM: suspend(code)
        default: break  // nothing waits, or the peer has gone: the next event tells
        }
    }

    /// Without this a process out of descriptors would leave its clients hanging in the backlog.
    private func spendReserve() {
        for _ in 0..<Self.reserveBatch where reserve >= 0 {
            _ = Glibc.close(reserve)
            if let arrival = acceptOne(usesReserve: true) {
                accepted(arrival)
                arrival.stream.close()
                reserve = Self.openReserve()
            } else {
                reserve = Self.openReserve()
                return
            }
        }
    }

    private func suspend(_ code: Int32) {
        exhausted(.system(call: "accept4", code: code))
        event.map { _ = event_del($0) }
        nonisolated(unsafe) weak let listener = self  // the timer runs on this loop, where the listener belongs
        resumption = loop.schedule(after: Self.pause) { listener?.resume() }
    }

    private func resume() {
        if reserve < 0 { reserve = Self.openReserve() }
        event.map { _ = event_add($0, nil) }
    }

    private func acceptOne(usesReserve: Bool) -> Arrival? {
        var peer = sockaddr_in6()
        let flags = Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        var accepted: Int32
        repeat {
            var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            accepted = withUnsafeMutablePointer(to: &peer) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { accept4(descriptor, $0, &length, flags) }
            }
        } while accepted < 0 && (errno == EINTR || errno == ECONNABORTED)
        guard accepted >= 0 else { return nil }
        guard let stream = makeStream(accepted) else {
            _ = Glibc.close(accepted)
            errno = ENOMEM
            return nil
        }
        return Arrival(stream: stream, peer: PeerAddress(peer), usesReserve: usesReserve)
    }

    /// - Returns: nil when there is no memory for a session; then nothing is said, and by no means in the clear.
    private func makeStream(_ descriptor: Int32) -> ByteStream? {
        guard let context = tls() else { return ByteStream(loop: loop, descriptor: descriptor) }
        guard let session = TLSSession(accepting: context, descriptor: descriptor) else { return nil }
        return ByteStream(loop: loop, descriptor: descriptor, session: session)
    }
}
