internal import Glibc

/// A numeric address and a port.
public struct HostPort: Sendable, Hashable, CustomStringConvertible {
    /// IPv4 in dotted form, or IPv6 without brackets.
    public let host: String
    /// 0 lets the system choose.
    public let port: UInt16

    public init(host: String, port: UInt16) {
        self.host = host
        self.port = port
    }

    /// `127.0.0.1:7990`, `[::1]:7990`, `localhost:7990`. Names other than `localhost` are refused: an address to listen on must
    /// not depend on a resolver.
    init(parsing text: String) throws(Wrong) {
        guard let colon = text.lastIndex(of: ":") else { throw Wrong("the port is missing, as in 127.0.0.1:7990") }
        let digits = text[text.index(after: colon)...]
        guard !digits.isEmpty, digits.allSatisfy({ ("0"..."9").contains($0) }), let port = UInt16(digits) else {
            throw Wrong("\(digits) is not a port (0 to 65535)")
        }
        self.init(host: try Self.address(text[..<colon]), port: port)
    }

    private static func address(_ text: Substring) throws(Wrong) -> String {
        if text == "localhost" { return "127.0.0.1" }
        if text.hasPrefix("["), text.hasSuffix("]"), isAddress(text.dropFirst().dropLast(), AF_INET6) {
            return String(text.dropFirst().dropLast())
        }
        if isAddress(text, AF_INET) { return String(text) }
        throw Wrong("\(text) is not an IP address (IPv6 goes in brackets; 0.0.0.0 or [::] listens everywhere)")
    }

    private static func isAddress(_ text: Substring, _ family: Int32) -> Bool {
        var storage = in6_addr()
        // A NUL is where C would see the end.
        return !text.utf8.contains(0) && inet_pton(family, String(text), &storage) == 1
    }

    /// Nobody on another machine can reach it.
    public var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

    /// Whether no two sockets could listen, one on each. `::` is every address of IPv6, and none of IPv4.
    func overlaps(_ other: HostPort) -> Bool {
        guard port == other.port, port != 0 else { return false }
        let (mine, others) = (bytes, other.bytes)
        guard mine != others else { return true }
        return mine.count == others.count && [mine, others].contains { address in address.allSatisfy { $0 == 0 } }
    }

    /// Of the address: IPv6 has many ways to write one.
    private var bytes: [UInt8] {
        var storage = in6_addr()
        let isIPv6 = host.contains(":")
        guard inet_pton(isIPv6 ? AF_INET6 : AF_INET, host, &storage) == 1 else { return Array(host.utf8) }
        return withUnsafeBytes(of: &storage) { Array($0.prefix(isIPv6 ? 16 : 4)) }
    }

    public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// The name this machine gives itself.
public enum HostName {
    /// `localhost` when the machine has none.
    public static func current() -> String {
        var buffer = [CChar](repeating: 0, count: Int(HOST_NAME_MAX) + 1)
        guard gethostname(&buffer, buffer.count) == 0 else { return "localhost" }
        let name = String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return name.isEmpty ? "localhost" : name
    }
}
