import Testing

@testable import HelioClient

@Suite struct AddressTests {
    @Test(arguments: [
        ("0.0.0.0", "an address of \"this network\""), ("10.0.0.0", "a private address"), ("10.255.255.255", "a private address"),
        ("100.64.0.1", "an address shared behind a provider's NAT"), ("127.0.0.1", "a loopback address"),
        ("127.255.255.254", "a loopback address"), ("169.254.169.254", "a link-local address"), ("172.16.0.1", "a private address"),
        ("172.31.255.255", "a private address"), ("192.168.1.1", "a private address"), ("198.19.0.1", "a benchmarking address"),
        ("224.0.0.1", "a multicast address"), ("255.255.255.255", "a reserved address"), ("::", "the unspecified address"),
        ("::1", "the loopback address"), ("::127.0.0.1", "an IPv4-compatible address"), ("fe80::1", "a link-local address"),
        ("febf::1", "a link-local address"), ("fec0::1", "a site-local address"), ("fc00::1", "a private address"),
        ("fdff::1", "a private address"), ("ff02::1", "a multicast address"), ("2001:db8::1", "a documentation address"),
        ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "a Teredo address"), ("64:ff9b:1::1", "an address of a local NAT64"),
    ])
    func specialAddress_IsRefusedByItsKind(text: String, kind: String) throws {
        let address = try #require(Address(text))
        #expect(AddressPolicy().refusal(of: address) == "\(text) is \(kind); webhooks.allow does not list it")
    }

    @Test(arguments: [
        "1.1.1.1", "9.255.255.255", "11.0.0.0", "100.63.255.255", "100.128.0.0", "126.255.255.255", "128.0.0.1", "169.253.255.255",
        "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0", "198.17.255.255", "198.20.0.0", "223.255.255.255",
        "2606:4700::1111", "2a00::1", "2001:200::1", "fbff::1", "64:ff9b::1.1.1.1", "::ffff:1.1.1.1", "2002:101:101::1",
    ])
    func ordinaryAddress_IsNotRefused(text: String) throws {
        let address = try #require(Address(text))
        #expect(AddressPolicy().refusal(of: address) == nil)
    }

    @Test(arguments: [
        ("::ffff:127.0.0.1", "127.0.0.1", "a loopback address"), ("::ffff:a00:1", "10.0.0.1", "a private address"),
        ("64:ff9b::a9fe:a9fe", "169.254.169.254", "a link-local address"), ("2002:c0a8:101::1", "192.168.1.1", "a private address"),
    ])
    func embeddedAddress_IsJudgedByWhereItLeads(text: String, leadsTo: String, kind: String) throws {
        let address = try #require(Address(text))
        let refusal = try #require(AddressPolicy().refusal(of: address))
        #expect(refusal.contains("leads to \(leadsTo), which is \(kind)"))
        let allowing = AddressPolicy(allow: [try Network(parsing: leadsTo)])
        #expect(allowing.refusal(of: address) == nil)
    }

    @Test(arguments: [
        ("127.0.0.0/8", "127.0.0.1", true), ("127.0.0.1", "127.0.0.1", true), ("127.0.0.1", "127.0.0.2", false),
        ("0.0.0.0/0", "10.0.0.1", true), ("0.0.0.0/0", "::1", false), ("::/0", "::1", true), ("fd00::/8", "fd12::1", true),
        ("fd00::/8", "fc12::1", false), ("::1", "::1", true), ("10.0.0.0/9", "10.127.255.255", true), ("10.0.0.0/9", "10.128.0.0", false),
    ])
    func allowedNetwork_IsSpokenTo(network: String, text: String, isAllowed: Bool) throws {
        let policy = AddressPolicy(allow: [try Network(parsing: network)])
        let address = try #require(Address(text))
        #expect((policy.refusal(of: address) == nil) == isAllowed)
    }

    @Test(arguments: [
        "", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/08", "10.0.0.0/8/8", "10.0.0.0/+8", "10.0.0.0/ 8", "10.0/8",
        "010.0.0.0/8", "10.0.0.1/8", "::/129", "fe80::1%eth0", "example.org", "0x7f000001", "2130706433", "::1/127", "10.0.0.0\u{0}/8",
    ])
    func network_IsRefused_UnlessItIsExactlyOne(text: String) {
        #expect(throws: Network.Invalid.self) { try Network(parsing: text) }
    }

    @Test func network_SaysWhatIsWrong() {
        #expect(throws: Network.Invalid(description: "\"10.0.0.1/8\" has bits set beyond its prefix of 8")) {
            try Network(parsing: "10.0.0.1/8")
        }
    }
}
