/// `redis://host[:port][/database]`, and nothing else.
public struct RedisURL: Sendable, Hashable {
    /// What is wrong with a URL, as a sentence for the operator. It repeats nothing that might be a password.
    public struct Wrong: Error, Sendable, Hashable, CustomStringConvertible {
        public let description: String

        fileprivate init(_ description: String) { self.description = description }
    }

    /// A name, or a numeric address without brackets.
    public let host: String
    public let port: UInt16
    public let database: UInt16

    public init(_ text: String) throws(Wrong) {
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            throw Wrong("the URL holds a space, a control character or a letter beyond ASCII")
        }
        let rest = try Self.withoutScheme(text)
        // First of all: a password may hold any of the other characters.
        guard !rest.contains("@") else {
            throw Wrong("user information does not belong in the URL: use farm.redis.username and farm.redis.password_file")
        }
        guard !rest.contains("?") else { throw Wrong("the URL has a query (?), and Heliostat knows no parameters for Redis") }
        guard !rest.contains("#") else { throw Wrong("the URL has a fragment (#), which means nothing for Redis") }
        let slash = rest.firstIndex(of: "/")
        (host, port) = try Self.authority(rest[..<(slash ?? rest.endIndex)])
        database = try slash.map { slash throws(Wrong) in try Self.database(rest[rest.index(after: slash)...]) } ?? 0
    }

    private static func withoutScheme(_ text: String) throws(Wrong) -> Substring {
        guard let mark = text.firstRange(of: "://") else { throw Wrong("the URL must look like redis://host:6379/0") }
        switch text[..<mark.lowerBound].lowercased() {
        case "redis": return text[mark.upperBound...]
        case "rediss":
            throw Wrong("rediss:// is Redis over TLS, which Heliostat does not speak: use redis:// in a trusted network, or a tunnel")
        default: throw Wrong("only redis:// URLs are supported, as in redis://host:6379/0")
        }
    }

    private static func authority(_ text: Substring) throws(Wrong) -> (String, UInt16) {
        if text.hasPrefix("[") {
            guard let end = text.firstIndex(of: "]") else { throw Wrong("the bracket of an IPv6 address is not closed") }
            let host = String(text[text.index(after: text.startIndex)..<end])
            guard HostLookup.isIPv6(host) else { throw Wrong("what stands in brackets is not an IPv6 address") }
            return (host, try port(text[text.index(after: end)...]))
        }
        let colon = text.firstIndex(of: ":") ?? text.endIndex
        let host = String(text[..<colon])
        guard isName(host) else { throw Wrong("the host is missing or is not a name or an address (IPv6 goes in brackets)") }
        return (host, try port(text[colon...]))
    }

    /// Of a name as resolvers take it, or an IPv4 address.
    private static func isName(_ host: String) -> Bool {
        let isLegal = host.utf8.allSatisfy { byte in
            switch UnicodeScalar(byte) {
            case "a"..."z", "A"..."Z", "0"..."9", "-", "_", ".": true
            default: false
            }
        }
        return isLegal && (1...253).contains(host.utf8.count) && !host.hasPrefix(".") && !host.hasPrefix("-")
    }

    /// - Parameter text: empty, or a colon and the port.
    private static func port(_ text: Substring) throws(Wrong) -> UInt16 {
        guard !text.isEmpty else { return 6379 }
        guard text.hasPrefix(":"), let port = number(text.dropFirst()), port > 0 else {
            throw Wrong("what follows the host is not a port (1 to 65535)")
        }
        return port
    }

    private static func database(_ text: Substring) throws(Wrong) -> UInt16 {
        guard !text.isEmpty else { return 0 }
        guard let database = number(text) else { throw Wrong("the path of the URL is the number of a database (0 to 65535)") }
        return database
    }

    /// `UInt16` alone would take a sign.
    private static func number(_ text: Substring) -> UInt16? {
        text.allSatisfy { ("0"..."9").contains($0) } ? UInt16(text) : nil
    }
}

extension RedisURL: CustomStringConvertible {
    public var description: String { "redis://\(host.contains(":") ? "[\(host)]" : host):\(port)/\(database)" }
}
