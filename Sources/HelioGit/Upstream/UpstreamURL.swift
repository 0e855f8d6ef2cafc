import HelioNode

/// A URL that may be handed to git: one of the protocols, a host, a path; nothing that git, ssh or curl could take for an
/// option, a command or a second line.
struct UpstreamURL: Sendable, Hashable {
    let text: String
    let scheme: String
    /// Lower case, without user and port; what requests are counted by.
    let host: String

    private static let schemes = URLUpstream.schemes

    /// - Throws: `.rejected`, saying why.
    init(_ text: String) throws(Failure) {
        guard text.utf8.count <= 2048 else { throw Self.refused("it is longer than 2,048 bytes") }
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Self.refused("it holds a space, a control character or a byte that must be percent-encoded")
        }
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let scheme = parts[0].lowercased()
        guard parts.count == 2, parts[1].hasPrefix("//"), Self.schemes.contains(scheme) else {
            throw Self.refused("it starts with none of \(Self.schemes.map { "\($0)://" }.joined(separator: " "))")
        }
        let rest = parts[1].dropFirst(2)
        guard let slash = rest.firstIndex(of: "/"), rest[slash...].utf8.count > 1 else { throw Self.refused("it has no path") }
        try Self.check(path: rest[slash...])
        (self.text, self.scheme, host) = (text, scheme, try Self.host(rest[..<slash], scheme))
    }

    private static func check(path: Substring) throws(Failure) {
        guard !path.hasPrefix("/-") else { throw refused("its path starts with -") }
        guard !path.contains("#"), !path.contains("?") else { throw refused("it has a query or a fragment") }
        let lower = path.lowercased()
        for encoded in ["%0a", "%0d", "%00"] where lower.contains(encoded) { throw refused("it holds an encoded line end or NUL") }
    }

    /// User information without a password is `ssh`'s way to name an account; a password has no place in a URL.
    private static func host(_ authority: Substring, _ scheme: String) throws(Failure) -> String {
        let lower = authority.lowercased()
        guard !lower.contains("%"), !authority.hasPrefix("-") else { throw refused("its host is not plain") }
        var host = Substring(lower)
        if let at = host.lastIndex(of: "@") {
            guard scheme == "ssh", !host[..<at].contains(":"), !host[..<at].contains("@") else {
                throw refused("it holds user information: use credentials")
            }
            host = host[host.index(after: at)...]
        }
        if host.hasPrefix("[") {
            host = host[...(host.firstIndex(of: "]") ?? host.startIndex)]
        } else if let colon = host.firstIndex(of: ":") {
            guard UInt16(host[host.index(after: colon)...]) != nil else { throw refused("its port is not a number up to 65535") }
            host = host[..<colon]
        }
        guard let first = host.utf8.first, first != 0x2D, host.utf8.allSatisfy(isHostByte) else { throw refused("its host is not plain") }
        return String(host)
    }

    private static func isHostByte(_ byte: UInt8) -> Bool {
        (0x30...0x3A).contains(byte) || (0x61...0x7A).contains(byte) || [0x2D, 0x2E, 0x5F, 0x5B, 0x5D].contains(byte)
    }

    private static func refused(_ why: String) -> Failure { Failure(.rejected, "the URL is refused: \(why)") }
}
