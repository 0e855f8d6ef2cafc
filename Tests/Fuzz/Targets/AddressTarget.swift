import Glibc
@testable import HelioClient
@testable import HelioDaemon
@testable import HelioFarm

/// Addresses, networks and the URLs that lead to them: what is taken is what the system takes, and none that it may not be.
struct AddressTarget: FuzzTarget {
    let name = "address"
    let maximumLength = 192

    func run(_ input: [UInt8]) throws(BrokenPromise) {
        let text = String(decoding: input, as: UTF8.self)
        try Self.checkAddress(text)
        try Self.checkNetwork(text)
        try Self.checkListen(text)
        try Self.checkRedis(text)
        try Self.checkNode(text)
        try Self.checkWebhook(text)
    }

    // MARK: Numeric addresses

    private static func checkAddress(_ text: String) throws(BrokenPromise) {
        let address = Address(text)
        let raw = raw(text)
        try promise((address == nil) == (raw == nil), "\(shown(text.utf8)) is \(address.map { "\($0)" } ?? "none"), for libc \(raw ?? [])")
        guard let address, let raw else { return }
        try promise(Address(address.description) == address, "\(shown(text.utf8)) is written as \(address)")
        let refusal = AddressPolicy().refusal(of: address)
        try promise(refusal != nil || !isInside(raw), "\(address) may be spoken to")
        let all = AddressPolicy(allow: [Network(constant: "0.0.0.0/0"), Network(constant: "::/0")])
        try promise(all.refusal(of: address) == nil, "\(address) may not be spoken to though everything is allowed")
    }

    /// The bytes by libc; nil where C would read another text than we do.
    private static func raw(_ text: String) -> [UInt8]? {
        guard !text.utf8.contains(0) else { return nil }
        var bytes = [UInt8](repeating: 0, count: 16)
        if inet_pton(AF_INET, text, &bytes) == 1 { return Array(bytes[..<4]) }
        return inet_pton(AF_INET6, text, &bytes) == 1 ? bytes : nil
    }

    /// The networks that an attacker would want most, written in another way than in the sources: loopback, private, link-local, multicast
    /// and nothing, also where IPv6 leads to them.
    private static func isInside(_ raw: [UInt8]) -> Bool {
        if raw.count == 4 {
            switch (raw[0], raw[1]) {
            case (0, _), (10, _), (127, _), (169, 254), (172, 16...31), (192, 168), (224..., _), (100, 64...127): return true
            default: return false
            }
        }
        let mapped: [UInt8] = Array(repeating: 0, count: 10) + [255, 255]
        if raw.starts(with: mapped) { return isInside(Array(raw[12...])) }
        if raw.starts(with: [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) { return isInside(Array(raw[12...])) }
        if raw.starts(with: [0x20, 0x02]) { return isInside(Array(raw[2..<6])) }
        return raw[0] & 0xFE == 0xFC || raw[0] == 0xFF || raw[0] == 0xFE && raw[1] & 0xC0 == 0x80 || raw.allSatisfy { $0 == 0 }
            || raw.dropLast().allSatisfy { $0 == 0 } && raw[15] == 1
    }

    private static func checkNetwork(_ text: String) throws(BrokenPromise) {
        let network: Network
        do throws(Network.Invalid) { network = try Network(parsing: text) } catch { return }
        let (first, width) = (network.address, network.address.family.width)
        try promise((0...width).contains(network.prefix) && network.contains(first), "\(shown(text.utf8)) is a network without its first address")
        let host = width - network.prefix
        let last = host == 0 ? first.bits : first.bits | UInt128.max >> (128 - host)
        let ends = first.family == .v4 ? Address(v4: UInt32(last)) : Address(v6: last)
        try promise(network.contains(ends), "\(shown(text.utf8)) ends before \(ends)")
        guard network.prefix > 0 else { return }
        let outside = first.family == .v4 ? Address(v4: UInt32(first.bits) ^ 1 << 31) : Address(v6: first.bits ^ 1 << 127)
        try promise(!network.contains(outside), "\(shown(text.utf8)) holds \(outside)")
    }

    // MARK: Addresses with ports, and URLs

    private static func checkListen(_ text: String) throws(BrokenPromise) {
        let address: HostPort
        do throws(Wrong) { address = try HostPort(parsing: text) } catch { return }
        try promise(raw(address.host) != nil, "\(shown(address.host.utf8)) is an address to listen on")
        let again: HostPort
        do throws(Wrong) { again = try HostPort(parsing: address.description) } catch { throw BrokenPromise("\(address) is not read again") }
        try promise(again == address, "\(address) is read again as \(again)")
        try promise(!address.isLoopback || raw(address.host)?.first == 127 || address.host == "::1", "\(address) is a loopback address")
    }

    private static func checkRedis(_ text: String) throws(BrokenPromise) {
        let url: RedisURL
        do throws(RedisURL.Wrong) { url = try RedisURL(text) } catch { return }
        try checkHost(url.host, of: text)
        let again: RedisURL
        do throws(RedisURL.Wrong) { again = try RedisURL(url.description) } catch { throw BrokenPromise("\(url) is not read again") }
        try promise(again == url, "\(url) is read again as \(again)")
    }

    private static func checkNode(_ text: String) throws(BrokenPromise) {
        let address: NodeAddress
        do throws(ClientError) { address = try NodeAddress(url: text) } catch { return }
        guard case .tcp(let host, _, _) = address else { throw BrokenPromise("\(address) is a socket") }
        try checkHost(host, of: text)
        let again: NodeAddress
        do throws(ClientError) { again = try NodeAddress(url: address.description) } catch { throw BrokenPromise("\(address) is not read again") }
        try promise(again == address, "\(address) is read again as \(again)")
    }

    /// A name that a resolver and a `Host` header can take, or an address; a colon makes it IPv6.
    private static func checkHost(_ host: String, of text: String) throws(BrokenPromise) {
        let isName = !host.isEmpty && host.utf8.count <= 255
            && host.utf8.allSatisfy { byte in
                switch byte {
                case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F: true
                default: false
                }
            }
        try promise(isName || raw(host)?.count == 16, "\(shown(text.utf8)) leads to the host \(shown(host.utf8))")
    }

    /// The receiver's host is where a reader finds it: after the scheme, up to the path, without a user.
    private static func checkWebhook(_ text: String) throws(BrokenPromise) {
        do throws(DeliveryFailure) { try OutboundRequest.check(text) } catch { return }
        try promise(text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && $0 != 0x5C && $0 != 0x23 }, "\(shown(text.utf8)) is a receiver's URL")
        // By bytes: to `hasPrefix` a slash with a mark on it is no slash.
        let lower = text.utf8.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }
        guard let scheme = ["http://", "https://"].first(where: { lower.starts(with: $0.utf8) }) else { throw BrokenPromise("\(text) is a receiver's URL") }
        let authority = text.utf8.dropFirst(scheme.utf8.count).prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: "?") }
        try promise(!authority.isEmpty && !authority.contains(UInt8(ascii: "@")), "\(shown(text.utf8)) names a user, or no host")
    }
}
