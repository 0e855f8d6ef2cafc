/// A block of addresses in CIDR notation (RFC 4632, RFC 4291 2.3).
public struct Network: Hashable, Sendable {
    let address: Address
    /// Bits that all its addresses share: 0 to 32, or to 128.
    let prefix: Int

    /// What is wrong with a text that should be a network.
    public struct Invalid: Error, Hashable, Sendable, CustomStringConvertible {
        public let description: String
    }

    /// - Parameter text: `10.0.0.0/8`, `fd00::/8`; an address alone is a network of one.
    public init(parsing text: String) throws(Invalid) {
        let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let address = Address(parts[0]) else { throw Invalid(description: "\(text.quoted) is not a network such as 10.0.0.0/8") }
        self.address = address
        let width = address.family.width
        guard let prefix = parts.count == 1 ? width : Self.number(parts[1]), prefix <= width else {
            throw Invalid(description: "\(text.quoted): the prefix is not a number from 0 to \(width)")
        }
        self.prefix = prefix
        guard address.bits & ~Self.mask(prefix, address.family) == 0 else {
            throw Invalid(description: "\(text.quoted) has bits set beyond its prefix of \(prefix)")
        }
    }

    /// - Precondition: `text` is a network.
    init(constant text: String) {
        do { self = try Network(parsing: text) } catch { preconditionFailure("\(error)") }
    }

    func contains(_ address: Address) -> Bool {
        address.family == self.address.family && address.bits & Self.mask(prefix, address.family) == self.address.bits
    }

    private static func mask(_ prefix: Int, _ family: Address.Family) -> UInt128 {
        let all: UInt128 = family == .v4 ? UInt128(UInt32.max) : .max
        return all & ~(prefix == family.width ? 0 : all >> prefix)
    }

    /// Digits only, without a needless zero.
    private static func number(_ text: Substring) -> Int? {
        guard (1...3).contains(text.utf8.count), text.utf8.allSatisfy({ UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }),
            text == "0" || !text.hasPrefix("0")
        else { return nil }
        return Int(text)
    }
}

extension String {
    /// For an error message: what cannot be printed is written as an escape.
    fileprivate var quoted: String { debugDescription }
}
