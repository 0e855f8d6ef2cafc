import HelioHTTP

/// Who may use a route.
enum Gate: Sendable {
    /// Whoever can connect: the mode of the Unix socket is the check.
    case open
    /// Whoever shows one of these tokens (RFC 6750 section 2.1).
    case bearer(@Sendable () -> [String?])

    func check(_ request: borrowing Request) throws(Rejection) {
        guard case .bearer(let tokens) = self else { return }
        guard let shown = request.header("Authorization").flatMap(Self.token) else { throw .unauthorized }
        // Every token is compared, whichever matches, so that the time taken tells nothing.
        let matches = tokens().filter { $0.map { Self.equal(shown, Array($0.utf8)) } ?? false }
        guard !matches.isEmpty else { throw .unauthorized }
    }

    /// What follows `Bearer`, in any case (RFC 9110 section 11.1).
    static func token(_ header: String) -> [UInt8]? {
        let bytes = Array(header.utf8)
        let scheme = Array("bearer ".utf8)
        guard bytes.count > scheme.count, zip(bytes, scheme).allSatisfy({ $0 | 0x20 == $1 }) else { return nil }
        return Array(bytes.dropFirst(scheme.count).drop { $0 == 0x20 })
    }

    /// Looks at every byte that was shown, so that the time it takes depends on the caller's own length only.
    static func equal(_ shown: [UInt8], _ secret: [UInt8]) -> Bool {
        guard !secret.isEmpty else { return false }
        var difference = shown.count ^ secret.count
        for (index, byte) in shown.enumerated() { difference |= Int(byte ^ secret[index % secret.count]) }
        return difference == 0
    }
}
