import Glibc

/// A numeric IPv4 or IPv6 address: its bits, the highest first.
struct Address: Hashable, Sendable {
    enum Family: Hashable, Sendable {
        case v4, v6

        /// Bits of an address.
        var width: Int { self == .v4 ? 32 : 128 }
    }

    let family: Family
    let bits: UInt128

    init(v4 bits: UInt32) {
        family = .v4
        self.bits = UInt128(bits)
    }

    init(v6 bits: UInt128) {
        family = .v6
        self.bits = bits
    }

    /// nil unless `text` is an address in full: four decimal numbers, or RFC 4291 without a zone.
    init?(_ text: some StringProtocol) {
        var v4 = in_addr()
        var v6 = in6_addr()
        let text = String(text)
        guard !text.utf8.contains(0) else { return nil }  // where C would see the end
        if inet_pton(AF_INET, text, &v4) == 1 {
            self.init(v4: UInt32(bigEndian: v4.s_addr))
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            self.init(v6: withUnsafeBytes(of: v6) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) })
        } else {
            return nil
        }
    }

    /// nil for anything but IPv4 and IPv6.
    init?(_ socketAddress: UnsafePointer<sockaddr>) {
        let raw = UnsafeRawPointer(socketAddress)
        switch Int32(socketAddress.pointee.sa_family) {
        case AF_INET:
            self.init(v4: UInt32(bigEndian: raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr))
        case AF_INET6:
            let bytes = raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
            self.init(v6: withUnsafeBytes(of: bytes) { UInt128(bigEndian: $0.loadUnaligned(as: UInt128.self)) })
        default:
            return nil
        }
    }

    /// The IPv4 address that packets to this one end at, where the way there is by translation or encapsulation; else itself.
    var destination: Address {
        guard family == .v6 else { return self }
        for form in Self.embeddings where form.network.contains(self) {
            return Address(v4: UInt32(truncatingIfNeeded: bits >> form.shift))
        }
        return self
    }

    /// Each of RFC 4291 2.5.5.2 (mapped), RFC 6052 2.1 (NAT64) and RFC 3056 2 (6to4), with the bits to the right of
    /// the IPv4 address.
    private static let embeddings: [(network: Network, shift: Int)] = [
        ("::ffff:0:0/96", 0), ("64:ff9b::/96", 0), ("2002::/16", 80),
    ].map { (Network(constant: $0.0), $0.1) }
}

extension Address: CustomStringConvertible {
    var description: String {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(INET6_ADDRSTRLEN)) { buffer in
            guard let text = buffer.baseAddress else { return "?" }
            var v4 = in_addr(s_addr: UInt32(truncatingIfNeeded: bits).bigEndian)
            var v6 = bits.bigEndian
            let length = socklen_t(buffer.count)
            let done = family == .v4 ? inet_ntop(AF_INET, &v4, text, length) : inet_ntop(AF_INET6, &v6, text, length)
            return done == nil ? "?" : String(cString: text)
        }
    }
}
