internal import Glibc

/// Where a node is asked: its administration socket, or its HTTP port.
public enum NodeAddress: Sendable, Equatable, CustomStringConvertible {
    case socket(String)
    /// - Parameter isSecure: whether TLS is spoken there.
    case tcp(host: String, port: UInt16, isSecure: Bool = false)

    /// - Parameter url: `http://host:port` or `https://host:port`; a path is not accepted, the endpoints have fixed ones.
    public init(url: String) throws(ClientError) {
        let isSecure = url.hasPrefix("https://")
        guard isSecure || url.hasPrefix("http://") else { throw .badURL(url, "it does not start with http:// or https://") }
        var rest = url.dropFirst((isSecure ? "https://" : "http://").count)
        if rest.last == "/" { rest.removeLast() }
        guard !rest.contains(where: { "/?#@ ".contains($0) }), !rest.isEmpty else {
            throw .badURL(url, "expected http://host:port or https://host:port and nothing more")
        }
        let (host, digits) = Self.split(rest, default: isSecure ? "443" : "80")
        // Digits alone: a number's reader would take a sign.
        guard Self.isHost(host), digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = UInt16(digits), port > 0 else {
            throw .badURL(url, "expected http://host:port or https://host:port")
        }
        self = .tcp(host: host, port: port, isSecure: isSecure)
    }

    private static func split(_ text: Substring, default port: Substring) -> (host: String, port: Substring) {
        if text.first == "[", let end = text.firstIndex(of: "]") {
            let after = text[text.index(after: end)...]
            return (String(text[..<end].dropFirst()), after.isEmpty ? port : after.first == ":" ? after.dropFirst() : "")
        }
        guard let colon = text.firstIndex(of: ":") else { return (String(text), port) }
        return (String(text[..<colon]), text[text.index(after: colon)...])
    }

    /// A name of letters, digits and `-._`, of which anything else could end the `Host` header early; or an address with colons.
    private static func isHost(_ host: String) -> Bool {
        var address = in6_addr()
        if host.utf8.contains(UInt8(ascii: ":")) { return !host.utf8.contains(0) && inet_pton(AF_INET6, host, &address) == 1 }
        return (1...255).contains(host.utf8.count)
            && host.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
                default: "-._".utf8.contains(byte)
                }
            }
    }

    public var description: String {
        switch self {
        case .socket(let path): path
        case .tcp(_, _, let isSecure): (isSecure ? "https://" : "http://") + authority
        }
    }

    /// What the `Host` header says.
    var authority: String {
        switch self {
        case .socket: "localhost"
        case .tcp(let host, let port, _): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        }
    }
}

/// Why a node gave no usable answer.
public enum ClientError: Error, Sendable, Equatable, CustomStringConvertible {
    case badURL(String, String)
    case unreachable(NodeAddress, String)
    case timeout(NodeAddress, Duration)
    /// What came back is not HTTP/1.1, was cut, or is too long.
    case badAnswer(NodeAddress, String)

    public var description: String {
        switch self {
        case .badURL(let url, let why): "\(quoted(url)) cannot be used: \(why)"
        case .unreachable(.socket(let path), let why):
            "the node cannot be reached at \(path): \(why); is it running, and is this its configuration?"
        case .unreachable(let address, let why): "the node cannot be reached at \(address): \(why)"
        case .timeout(let address, let limit): "no answer from \(address) within \(Units.text(limit))"
        case .badAnswer(let address, let why): "the answer of \(address) cannot be used: \(why)"
        }
    }
}
