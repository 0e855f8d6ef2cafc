import COpenSSL
import Glibc

/// What the sessions of one side have in common: certificate and key of a server, or whom a client trusts. It never changes, and
/// each session keeps it, so that a new certificate is a new context for those that come.
///
/// TLS 1.2 and 1.3 (RFC 9325 section 3.1.1), with forward secrecy and authenticated encryption only (section 4.2); no
/// renegotiation, no compression.
public final class TLSContext: Sendable {
    /// The suites of TLS 1.2; those of 1.3 are all good.
    private static let suites = "ECDHE+AESGCM:ECDHE+CHACHA20"

    /// Not changed after `init`, so that any number of loops may use it; OpenSSL counts its holders atomically.
    nonisolated(unsafe) let pointer: OpaquePointer
    /// When the server's own certificate ends, in seconds since 1970; nil for a client.
    public let notAfter: Int64?

    /// - Parameters:
    ///   - certificateFile: PEM, the server's own certificate first, then those between it and its authority.
    ///   - keyFile: PEM, without a password.
    public init(certificateFile: String, keyFile: String) throws(TLSError) {
        pointer = try Self.makeServer { pointer throws(TLSError) in try Self.load(certificateFile, keyFile, into: pointer) }
        notAfter = Self.end(of: pointer)
    }

    /// A server's with the certificate and the key of another one, and with new keys for tickets: those of the other are refused then,
    /// and their handshake is a full one.
    public init(renewing other: TLSContext) throws(TLSError) {
        pointer = try Self.makeServer { pointer throws(TLSError) in
            guard tls_copy_identity(other.pointer, pointer) == 1 else { throw .unavailable(TLSError.lastReason) }
        }
        notAfter = other.notAfter
    }

    /// A client's.
    /// - Parameter authoritiesFile: PEM; those it trusts instead of the system's.
    public init(authoritiesFile: String?) throws(TLSError) {
        pointer = try Self.make(TLS_client_method()) { pointer throws(TLSError) in try Self.trust(authoritiesFile, pointer) }
        notAfter = nil
    }

    deinit { SSL_CTX_free(pointer) }

    private static func makeServer(_ complete: (OpaquePointer) throws(TLSError) -> Void) throws(TLSError) -> OpaquePointer {
        let pointer = try make(TLS_server_method(), complete)
        tls_accept_bare_end(pointer)
        tls_keep_no_sessions(pointer)
        // A second ticket would be for another connection at the same time, which balancers and scripts do not resume.
        SSL_CTX_set_num_tickets(pointer, 1)
        SSL_CTX_set_alpn_select_cb(pointer, { _, chosen, length, offered, count, _ in
            ApplicationProtocol.choose(chosen, length, offered, count)
        }, nil)
        return pointer
    }

    private static func make(
        _ method: OpaquePointer?, _ complete: (OpaquePointer) throws(TLSError) -> Void
    ) throws(TLSError) -> OpaquePointer {
        ERR_clear_error()
        guard let pointer = SSL_CTX_new(method) else { throw .unavailable(TLSError.lastReason) }
        do throws(TLSError) {
            guard tls_require_version_1_2(pointer) == 1, SSL_CTX_set_cipher_list(pointer, suites) == 1 else {
                throw .unavailable(TLSError.lastReason)
            }
            tls_set_modes(pointer)
            tls_set_options(pointer)
            tls_read_ahead(pointer)
            try complete(pointer)
            return pointer
        } catch {
            SSL_CTX_free(pointer)
            throw error
        }
    }

    private static func trust(_ authoritiesFile: String?, _ pointer: OpaquePointer) throws(TLSError) {
        SSL_CTX_set_verify(pointer, SSL_VERIFY_PEER, nil)
        let isLoaded = authoritiesFile.map { SSL_CTX_load_verify_file(pointer, $0) } ?? SSL_CTX_set_default_verify_paths(pointer)
        guard isLoaded == 1 else {
            throw authoritiesFile.map { .authorities(file: $0, TLSError.lastReason) } ?? .unavailable(TLSError.lastReason)
        }
    }

    private static func load(_ certificateFile: String, _ keyFile: String, into pointer: OpaquePointer) throws(TLSError) {
        // OpenSSL itself would ask at the terminal.
        var isLocked = false
        SSL_CTX_set_default_passwd_cb(pointer) { _, _, _, isLocked in
            isLocked?.assumingMemoryBound(to: Bool.self).pointee = true
            return -1
        }
        guard SSL_CTX_use_certificate_chain_file(pointer, certificateFile) == 1 else {
            throw .certificate(file: certificateFile, TLSError.lastReason)
        }
        ERR_clear_error()
        let isLoaded = withUnsafeMutablePointer(to: &isLocked) { isLocked in
            SSL_CTX_set_default_passwd_cb_userdata(pointer, isLocked)
            defer { SSL_CTX_set_default_passwd_cb_userdata(pointer, nil) }
            return SSL_CTX_use_PrivateKey_file(pointer, keyFile, SSL_FILETYPE_PEM) == 1
        }
        guard isLoaded else {
            if isLocked { throw .key(file: keyFile, "it has a password") }
            // The key was read well; it is another's.
            if tls_last_x509_reason() == X509_R_KEY_VALUES_MISMATCH || tls_last_x509_reason() == X509_R_KEY_TYPE_MISMATCH {
                throw .mismatch(certificateFile: certificateFile, keyFile: keyFile)
            }
            throw .key(file: keyFile, TLSError.lastReason)
        }
        guard SSL_CTX_check_private_key(pointer) == 1 else {
            throw .mismatch(certificateFile: certificateFile, keyFile: keyFile)
        }
    }

    private static func end(of pointer: OpaquePointer) -> Int64? {
        var end = tm()
        guard let certificate = SSL_CTX_get0_certificate(pointer), ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &end) == 1 else {
            return nil
        }
        return Int64(timegm(&end))
    }
}

/// Which protocol is spoken inside (RFC 7301).
private enum ApplicationProtocol {
    /// With the length before it, as it is on the wire.
    private static let http1: StaticString = "\u{8}http/1.1"

    /// A client that offers others only could not be answered, and is told so by an alert.
    static func choose(
        _ chosen: UnsafeMutablePointer<UnsafePointer<UInt8>?>?, _ length: UnsafeMutablePointer<UInt8>?, _ offered: UnsafePointer<UInt8>?,
        _ count: UInt32
    ) -> Int32 {
        var start = 0
        while let offered, start < count {
            let size = Int(offered[start])
            guard start + size < count else { break }
            if size + 1 == http1.utf8CodeUnitCount, memcmp(offered + start, http1.utf8Start, size + 1) == 0 {
                chosen?.pointee = offered + start + 1
                length?.pointee = UInt8(size)
                return SSL_TLSEXT_ERR_OK
            }
            start += size + 1
        }
        return SSL_TLSEXT_ERR_ALERT_FATAL
    }
}
