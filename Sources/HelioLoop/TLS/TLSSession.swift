import COpenSSL
import Glibc

/// TLS over one connected, non-blocking socket, which it neither owns nor closes. The handshake happens within the first reads and
/// writes. Not for two threads at once.
public final class TLSSession {
    /// What the socket has to become before a call that would have blocked is worth repeating.
    public enum Need { case readable, writable }

    /// Bytes that may come beyond what goes with those for us: more than a handshake takes, and more than a record. Who sends more only
    /// keeps us busy, with renewals of keys for example, which cost us more than him.
    private static let overhead = 64 * 1024
    /// Bytes that go with one for us. A record of a single byte has up to 30, and a request of thirty may come with two dozen renewals.
    private static let overheadForEach = 64

    private let pointer: OpaquePointer
    private let socket: SessionSocket
    public private(set) var readNeed = Need.readable
    public private(set) var writeNeed = Need.writable
    /// After that, OpenSSL must not be asked for anything any more.
    private var isBroken = false
    /// Why the session is broken, in OpenSSL's words.
    public private(set) var failure: String?
    /// A write waits for its repetition. OpenSSL answers some messages of the peer while it reads, and a second write would end the session.
    private var isWriteBlocked = false

    /// A server's.
    /// - Returns: nil when there is no memory.
    init?(accepting context: TLSContext, descriptor: Int32) {
        socket = SessionSocket(descriptor: descriptor)
        guard let pointer = Self.make(context, socket) else { return nil }
        self.pointer = pointer
        SSL_set_accept_state(pointer)
    }

    /// A client's.
    /// - Parameter host: the name, or the numeric address, that the certificate must have.
    public init(connecting context: TLSContext, to host: String, descriptor: Int32) throws(TLSError) {
        socket = SessionSocket(descriptor: descriptor)
        guard let pointer = Self.make(context, socket) else { throw .unavailable("out of memory") }
        self.pointer = pointer
        let isAddress = X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(pointer), host) == 1
        guard isAddress || (SSL_set1_host(pointer, host) == 1 && tls_set_server_name(pointer, host) == 1) else {
            throw .unavailable("\(host) cannot be the name of a server")
        }
        SSL_set_connect_state(pointer)
    }

    deinit { SSL_free(pointer) }

    private static func make(_ context: TLSContext, _ socket: SessionSocket) -> OpaquePointer? {
        guard let pointer = SSL_new(context.pointer) else { return nil }
        guard let bio = DescriptorBIO.make(socket) else {
            SSL_free(pointer)
            return nil
        }
        SSL_set_bio(pointer, bio, bio)
        return pointer
    }

    /// Whether the handshake is over.
    public var isEstablished: Bool { SSL_is_init_finished(pointer) == 1 }

    /// Whether a write has to be repeated before anything can be read.
    var holdsReads: Bool { isWriteBlocked && writeNeed == .writable }

    /// Whether the peer has sent anything at all.
    var hasBegun: Bool { !socket.firstBytes.isEmpty }

    /// Whether the peer has been sent anything: of the handshake, all that costs much is done.
    var hasAnswered: Bool { socket.hasWritten }

    /// After a failed handshake: whether the peer had begun an HTTP request without TLS.
    var heardPlainHTTP: Bool { !isEstablished && socket.heardPlainHTTP }

    /// Whether there are bytes that have left the socket already and that no read has fetched. They may be a part of a record only, and
    /// then the next read would block.
    var hasPending: Bool { !isBroken && SSL_has_pending(pointer) == 1 }

    public func read(into buffer: UnsafeMutableRawBufferPointer) -> Transfer {
        guard begin() else { return .failed(EPROTO) }
        if holdsReads { return .wouldBlock }
        let transfer = finish(SSL_read(pointer, buffer.baseAddress, Int32(clamping: buffer.count)), &readNeed)
        switch transfer {
        case .moved(let count): socket.overhead = max(0, socket.overhead - Self.overheadForEach * count)
        case .wouldBlock: break
        case .ended, .failed: return transfer
        }
        return socket.overhead > Self.overhead ? breakOff(EPROTO) : transfer
    }

    /// After `.wouldBlock` the same bytes come again, from wherever they are by then, and more if there are more.
    public func write(_ buffer: UnsafeRawBufferPointer) -> Transfer {
        guard begin() else { return .failed(EPROTO) }
        let transfer = finish(SSL_write(pointer, buffer.baseAddress, Int32(clamping: buffer.count)), &writeNeed)
        isWriteBlocked = transfer == .wouldBlock
        return transfer == .ended ? .failed(EPIPE) : transfer
    }

    /// Tells the peer that nothing more will come, as far as the socket takes it at once.
    func finishWriting() {
        guard !isBroken, isEstablished else { return }
        ERR_clear_error()
        _ = SSL_shutdown(pointer)
        ERR_clear_error()
    }

    /// - Returns: whether OpenSSL may be asked. What another of its users left on this thread would be taken for ours.
    private func begin() -> Bool {
        guard !isBroken else { return false }
        ERR_clear_error()
        errno = 0
        socket.readsLeft = 1
        return true
    }

    private func finish(_ count: Int32, _ need: inout Need) -> Transfer {
        if count > 0 { return .moved(Int(count)) }
        switch SSL_get_error(pointer, count) {
        case SSL_ERROR_WANT_READ: need = .readable
        case SSL_ERROR_WANT_WRITE: need = .writable
        case SSL_ERROR_ZERO_RETURN: return .ended
        case SSL_ERROR_SYSCALL: return breakOff(errno == 0 ? ECONNRESET : errno)
        default: return breakOff(EPROTO)
        }
        return .wouldBlock
    }

    private func breakOff(_ code: Int32) -> Transfer {
        isBroken = true
        failure = code == EPROTO ? explanation : describe(errno: code)
        ERR_clear_error()
        return .failed(code)
    }

    /// Of a certificate that is not believed, OpenSSL says more than that.
    private var explanation: String {
        let verdict = SSL_get_verify_result(pointer)
        guard verdict != Int(X509_V_OK), let text = X509_verify_cert_error_string(verdict) else { return TLSError.lastReason }
        return "\(TLSError.lastReason): \(String(cString: text))"
    }
}
