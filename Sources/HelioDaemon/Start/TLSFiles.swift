import HelioLock
import HelioLoop

/// The certificate and the key that the node shows, replaced by a reload. Connections keep what they began with.
final class TLSFiles: Sendable {
    private let context: Locked<TLSContext?>

    init(_ context: TLSContext?) { self.context = Locked(context) }

    func replace(_ fresh: TLSContext?) { context.withLock { $0 = fresh } }

    var current: @Sendable () -> TLSContext? { { [context] in context.withLock { $0 } } }

    /// - Returns: nil when TLS is not configured.
    static func read(_ tls: NodeConfiguration.TLS) -> Result<TLSContext?, TLSError> {
        guard let certificate = tls.certFile, let key = tls.keyFile else { return .success(nil) }
        do throws(TLSError) {
            return .success(try TLSContext(certificateFile: certificate, keyFile: key))
        } catch {
            return .failure(error)
        }
    }
}

extension TLSError {
    /// Whether the key is what to look at, and not the certificate.
    var isOfKey: Bool {
        switch self {
        case .key, .mismatch: true
        case .certificate, .authorities, .unavailable: false
        }
    }
}
