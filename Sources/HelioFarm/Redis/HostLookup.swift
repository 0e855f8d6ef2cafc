import Glibc

/// From a host to numeric addresses.
enum HostLookup {
    /// Of one name; nobody has more servers behind it that are worth the wait.
    static let limit = 8

    /// Looks a name up; may block for as long as it likes.
    typealias Resolver = @Sendable (_ name: String) -> Result<[String], RedisError>

    /// Without asking anybody: a numeric address, or `localhost`, whatever the resolver makes of that. nil for a name.
    static func addresses(of host: String) -> [String]? {
        if host == "localhost" { return ["127.0.0.1", "::1"] }
        return isIPv4(host) || isIPv6(host) ? [host] : nil
    }

    static func isIPv4(_ host: String) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, host, &address) == 1
    }

    static func isIPv6(_ host: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET6, host, &address) == 1
    }

    /// By the system's resolver: `/etc/hosts`, DNS and whatever else the machine has.
    static let system: Resolver = { name in
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_ADDRCONFIG
        var first: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(name, nil, &hints, &first)
        defer { freeaddrinfo(first) }
        guard code == 0 else { return .failure(.unavailable("\(name): \(String(cString: gai_strerror(code)))")) }
        let found = sequence(first: first) { $0?.pointee.ai_next }.prefix { $0 != nil }.compactMap { $0.flatMap(numeric) }
        return found.isEmpty ? .failure(.unavailable("\(name) has no address")) : .success(Array(found.prefix(limit)))
    }

    private static func numeric(_ entry: UnsafeMutablePointer<addrinfo>) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let code = getnameinfo(
            entry.pointee.ai_addr, entry.pointee.ai_addrlen, &buffer, socklen_t(buffer.count), nil, 0, NI_NUMERICHOST)
        guard code == 0 else { return nil }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
