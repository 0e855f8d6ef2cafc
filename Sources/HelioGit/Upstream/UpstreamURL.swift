import Glibc
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
        var rest = authority[...]
        if let at = rest.lastIndex(of: "@") {
            guard scheme == "ssh", !rest[..<at].contains(":") else { throw refused("it holds user information: use credentials") }
            guard isPlain(rest[..<at], also: "-._~+"), !rest.hasPrefix("-") else { throw refused("its user is not plain") }
            rest = rest[rest.index(after: at)...]
        }
        let end = rest.hasPrefix("[") ? rest.firstIndex(of: "]").map(rest.index(after:)) : rest.firstIndex(of: ":")
        let (host, port) = (rest[..<(end ?? rest.endIndex)].lowercased(), rest[(end ?? rest.endIndex)...])
        guard isAddress(host) || isName(host) else { throw refused("its host is not plain") }
        guard port.isEmpty || port.hasPrefix(":") && isPort(port.dropFirst()) else { throw refused("its port is not a number from 1 to 65535") }
        return host
    }

    /// IPv6 in brackets.
    private static func isAddress(_ host: String) -> Bool {
        var address = in6_addr()
        return host.hasPrefix("[") && host.hasSuffix("]") && inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &address) == 1
    }

    /// As resolvers take it, or an IPv4 address.
    private static func isName(_ host: String) -> Bool {
        host.utf8.count <= 253 && isPlain(host[...], also: "-._") && !host.hasPrefix("-") && !host.hasPrefix(".")
    }

    /// Digits alone: a number's reader would take a sign.
    private static func isPort(_ text: Substring) -> Bool {
        text.utf8.allSatisfy { (0x30...0x39).contains($0) } && (UInt16(text) ?? 0) > 0
    }

    /// Not empty, and of letters, digits and a few others.
    private static func isPlain(_ text: Substring, also others: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || others.utf8.contains(byte)
        }
    }

    private static func refused(_ why: String) -> Failure { Failure(.rejected, "the URL is refused: \(why)") }
}
