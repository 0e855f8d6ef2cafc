import HelioLock
import HelioLoop
import HelioNode

/// The certificate and the key that the node shows, replaced by a reload. Connections keep what they began with.
final class TLSFiles: Sendable {
    /// How long tickets are sealed with the same keys: under TLS 1.2 these open what was said in resumed sessions (RFC 9325 section 3.4).
    static let ticketKeyLifetime = Duration.seconds(86_400)

    private struct Shown {
        var context: TLSContext?
        /// When its keys for tickets were made.
        var since: MonotonicTime

        mutating func renew(at now: MonotonicTime) {
            // Without memory for another one it stays as it is.
            guard let old = context, now - since > TLSFiles.ticketKeyLifetime, let fresh = try? TLSContext(renewing: old) else { return }
            (context, since) = (fresh, now)
        }
    }

    private let shown: Locked<Shown>
    private let now: @Sendable () -> MonotonicTime

    init(_ context: TLSContext?, now: @escaping @Sendable () -> MonotonicTime = { SystemClock.monotonic() }) {
        shown = Locked(Shown(context: context, since: now()))
        self.now = now
    }

    func replace(_ fresh: TLSContext?) { shown.withLock { [since = now()] in $0 = Shown(context: fresh, since: since) } }

    /// Asked for each connection, on its loop.
    var current: @Sendable () -> TLSContext? {
        { [shown, now] in
            shown.withLock {
                if $0.context != nil { $0.renew(at: now()) }
                return $0.context
            }
        }
    }

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
