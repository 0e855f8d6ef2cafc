import COpenSSL

/// Why TLS cannot be offered, or a peer not be believed.
public enum TLSError: Error, Hashable, Sendable {
    /// The file of certificates, and what OpenSSL says of it.
    case certificate(file: String, String)
    /// The file of the private key, and what OpenSSL says of it.
    case key(file: String, String)
    /// The key is not that of the first certificate.
    case mismatch(certificateFile: String, keyFile: String)
    /// A file of certification authorities.
    case authorities(file: String, String)
    /// OpenSSL could not make something: out of memory, or forbidden by its own configuration.
    case unavailable(String)

    /// Set in codes that are an `errno` (`ERR_SYSTEM_FLAG`).
    private static let systemFlag: UInt = 1 << 31

    /// What the last call of this thread ran into: the first of its complaints, from which the others follow.
    static var lastReason: String {
        let code = ERR_peek_error()
        if code & systemFlag != 0 { return describe(errno: Int32(truncatingIfNeeded: code & ~systemFlag)) }
        if code != 0, let text = ERR_reason_error_string(code) { return String(cString: text) }
        return code == 0 ? "no reason given" : "error \(String(code, radix: 16))"
    }
}

extension TLSError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .certificate(let file, let why): "\(file) holds no certificate that can be used: \(why)"
        case .key(let file, let why): "\(file) holds no private key that can be used: \(why)"
        case .mismatch(let certificate, let key): "the key in \(key) is not that of the first certificate in \(certificate)"
        case .authorities(let file, let why): "\(file) holds no certificates to trust: \(why)"
        case .unavailable(let what): "TLS is not available: \(what)"
        }
    }
}
