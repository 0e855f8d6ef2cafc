/// Addresses that are not somebody's on the Internet: the special-purpose registries of IANA (RFC 6890 and its updates, as of
/// 2026), and multicast. A request sent there reaches a machine inside, or nobody.
enum SpecialAddresses {
    /// In words that follow "is"; nil for an ordinary address.
    static func kind(of address: Address) -> String? {
        (address.family == .v4 ? v4 : v6).first { $0.network.contains(address) }?.kind
    }

    private static let v4 = table([
        ("0.0.0.0/8", "an address of \"this network\""),
        ("10.0.0.0/8", "a private address"),
        ("100.64.0.0/10", "an address shared behind a provider's NAT"),
        ("127.0.0.0/8", "a loopback address"),
        ("169.254.0.0/16", "a link-local address"),
        ("172.16.0.0/12", "a private address"),
        ("192.0.0.0/24", "an address of a protocol"),
        ("192.0.2.0/24", "a documentation address"),
        ("192.88.99.0/24", "an address of a 6to4 relay"),
        ("192.168.0.0/16", "a private address"),
        ("198.18.0.0/15", "a benchmarking address"),
        ("198.51.100.0/24", "a documentation address"),
        ("203.0.113.0/24", "a documentation address"),
        ("224.0.0.0/4", "a multicast address"),
        ("240.0.0.0/4", "a reserved address"),
    ])

    /// The narrower before the wider.
    private static let v6 = table([
        ("::/128", "the unspecified address"),
        ("::1/128", "the loopback address"),
        ("::/96", "an IPv4-compatible address"),
        ("64:ff9b:1::/48", "an address of a local NAT64"),
        ("100::/64", "a discard address"),
        ("2001::/32", "a Teredo address"),
        ("2001:db8::/32", "a documentation address"),
        ("2001::/23", "an address of a protocol"),
        ("3fff::/20", "a documentation address"),
        ("5f00::/16", "a segment routing address"),
        ("fc00::/7", "a private address"),
        ("fe80::/10", "a link-local address"),
        ("fec0::/10", "a site-local address"),
        ("ff00::/8", "a multicast address"),
    ])

    private static func table(_ rows: [(String, String)]) -> [(network: Network, kind: String)] {
        rows.map { (Network(constant: $0.0), $0.1) }
    }
}
