import CLibevent
import Glibc

/// An attempt to reach who listens on an address. Belongs to its loop: made, used and cancelled there.
public final class ConnectAttempt {
    /// Seconds of silence before the kernel asks whether the other side is still there, between its questions, and how many go
    /// unanswered: a peer that lost its power is noticed within half a minute, whoever uses the connection.
    static let keepalive: (idle: Int32, interval: Int32, count: Int32) = (15, 5, 3)

    private let loop: EventLoop
    private var descriptor: Int32
    private var watch: SocketWatch?
    private var timer: LoopTimer?
    private var finished: ((Result<ByteStream, LoopError>) -> Void)?

    /// - Parameters:
    ///   - limit: of the whole attempt; the kernel alone would try for two minutes.
    ///   - finished: called once, on the loop and after this returned, unless the attempt is cancelled or goes before that.
    /// - Throws: what is wrong at once.
    public init(
        loop: EventLoop, to address: ListenAddress, within limit: Duration,
        finished: @escaping (Result<ByteStream, LoopError>) -> Void
    ) throws(LoopError) {
        precondition(loop.isCurrent, "an attempt is made on its loop")
        self.loop = loop
        descriptor = try Self.begin(address)
        self.finished = finished
        // The timer and the watch run on this loop, where the attempt belongs, and do not keep it.
        nonisolated(unsafe) weak let attempt = self
        timer = loop.schedule(after: limit) { attempt?.finish(.failure(.system(call: "connect", code: ETIMEDOUT))) }
        // A connection that was made at once can be written to as well, so that both kinds end in the same place.
        let watch = SocketWatch(loop: loop, descriptor: descriptor) { _ in attempt?.becameWritable() }
        watch.watch(for: .writable)
        self.watch = watch
    }

    deinit { cancel() }

    /// `finished` is not called any more. May be called again, and after the end.
    public func cancel() {
        finished = nil
        release()
        if descriptor >= 0 { close(descriptor) }
        descriptor = -1
    }

    private func release() {
        watch?.close()
        timer?.cancel()
        (watch, timer) = (nil, nil)
    }

    private func becameWritable() {
        let code = Self.outcome(of: descriptor)
        guard code == 0 else { return finish(.failure(.system(call: "connect", code: code))) }
        release()
        let stream = ByteStream(loop: loop, descriptor: descriptor)
        descriptor = -1
        finish(.success(stream))
    }

    private func finish(_ result: Result<ByteStream, LoopError>) {
        let finished = finished
        cancel()
        finished?(result)
    }
}

extension ConnectAttempt {
    private static func begin(_ address: ListenAddress) throws(LoopError) -> Int32 {
        switch address {
        case .unix(let path):
            var target = try UnixSocketFile.makeAddress(path)
            let descriptor = try ListeningSocket.openStream(family: AF_UNIX)
            try started(descriptor, UnixSocketFile.withSockaddr(&target) { connect(descriptor, $0, $1) })
            return descriptor
        case .tcp(let host, let port):
            var (target, length) = try ListeningSocket.parse(host: host == "localhost" ? "127.0.0.1" : host, port: port)
            let descriptor = try ListeningSocket.openStream(family: Int32(target.sin6_family))
            do {
                try configure(descriptor)
            } catch {
                close(descriptor)
                throw error
            }
            let result = withUnsafePointer(to: &target) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(descriptor, $0, length) }
            }
            try started(descriptor, result)
            return descriptor
        }
    }

    /// Interrupted or not, the kernel goes on by itself.
    private static func started(_ descriptor: Int32, _ result: Int32) throws(LoopError) {
        let code = errno
        guard result != 0, code != EINPROGRESS, code != EINTR else { return }
        close(descriptor)
        throw .system(call: "connect", code: code)
    }

    private static func configure(_ descriptor: Int32) throws(LoopError) {
        let tcp = Int32(IPPROTO_TCP)
        try setOption(descriptor, tcp, TCP_NODELAY, 1)
        try setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1)
        try setOption(descriptor, tcp, TCP_KEEPIDLE, keepalive.idle)
        try setOption(descriptor, tcp, TCP_KEEPINTVL, keepalive.interval)
        try setOption(descriptor, tcp, TCP_KEEPCNT, keepalive.count)
    }

    /// The `errno` that the attempt came to, 0 for a connection.
    static func outcome(of descriptor: Int32) -> Int32 {
        var code: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length) == 0 else { return errno }
        return code == 0 && isConnectedToItself(descriptor) ? ECONNREFUSED : code
    }

    /// Who asks for a local port again and again while nobody listens there gets, one day, that very port for his own end, and TCP
    /// connects the socket with itself. It would hold the port against the server that is about to come back.
    private static func isConnectedToItself(_ descriptor: Int32) -> Bool {
        var (own, peer) = (sockaddr_in6(), sockaddr_in6())
        guard name(&own, { getsockname(descriptor, $0, $1) }), name(&peer, { getpeername(descriptor, $0, $1) }) else { return false }
        let (here, there) = (PeerAddress(own), PeerAddress(peer))
        return here.host != nil && here.host == there.host && here.port == there.port
    }

    private static func name(
        _ address: inout sockaddr_in6, _ ask: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> Bool {
        var length = socklen_t(MemoryLayout<sockaddr_in6>.size)
        return withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask($0, &length) == 0 }
        }
    }
}
