import Glibc
@testable import HelioGit
import HelioNode

/// URLs that are handed to git: one protocol, one host, one path, and nothing that git, ssh or a shell could take for something else.
struct GitURLTarget: FuzzTarget {
    let name = "git-url"
    let maximumLength = 192

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let text = String(decoding: input, as: UTF8.self)
        guard let url = Self.url(text) else { return }
        try promise(url.text == text && text.utf8.allSatisfy { (0x21...0x7E).contains($0) }, "\(shown(input)) is taken")
        let parts = text.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
        try promise(parts.count == 4 && parts[0].lowercased() == url.scheme + ":" && parts[1].isEmpty, "\(text) has the scheme \(url.scheme)")
        try promise(URLUpstream.schemes.contains(url.scheme), "\(text) is taken")
        try Self.checkAuthority(String(parts[2]), url)
        let path = parts[3]
        try promise(!path.isEmpty && !path.hasPrefix("-") && !path.contains("?") && !path.contains("#"), "\(text) has the path \(path)")
        try promise(Self.url("\(url.scheme)://\(url.host)/\(path)")?.host == url.host, "the host \(url.host) alone is another host")
    }

    private static func url(_ text: String) -> UpstreamURL? {
        do throws(Failure) { return try UpstreamURL(text) } catch { return nil }
    }

    /// As RFC 3986 section 3.2 takes it apart: a user for ssh only, a host, a port.
    private static func checkAuthority(_ authority: String, _ url: UpstreamURL) throws(BrokenPromise) {
        let halves = authority.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false)
        let user = halves.count == 2 ? String(halves[0]) : nil
        try promise(user == nil || url.scheme == "ssh", "\(url.text) names a user")
        try promise(user.map { !$0.isEmpty && !$0.hasPrefix("-") && isPlain($0, also: "-._~+") } ?? true, "\(url.text) names the user \(user ?? "")")
        let rest = halves[halves.count - 1].lowercased()
        try promise(rest.hasPrefix(url.host), "\(url.text) has the host \(url.host)")
        let port = rest.dropFirst(url.host.count)
        if !port.isEmpty {
            let isNumber = port.hasPrefix(":") && port.dropFirst().utf8.allSatisfy { (0x30...0x39).contains($0) }
            try promise(isNumber && (1...65_535).contains(Int(port.dropFirst()) ?? 0), "\(url.text) has the port \(port)")
        }
        if url.host.hasPrefix("[") {
            var bytes = in6_addr()
            try promise(url.host.hasSuffix("]") && inet_pton(AF_INET6, String(url.host.dropFirst().dropLast()), &bytes) == 1, "\(url.text) has the host \(url.host)")
        } else {
            let isName = !url.host.isEmpty && !url.host.hasPrefix("-") && !url.host.hasPrefix(".") && isPlain(url.host, also: "-._")
            try promise(isName && url.host.utf8.count <= 253, "\(url.text) has the host \(url.host)")
        }
    }

    private static func isPlain(_ text: String, also others: String) -> Bool {
        text.utf8.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
            default: others.utf8.contains(byte)
            }
        }
    }
}
