/// The name of an MBean, or a pattern that names several: `domain:key=value,key=value`, as `javax.management.ObjectName` defines
/// it. Two names with the same properties in another order are one name.
///
/// Compared as bytes: composed and decomposed letters stay different.
public struct ObjectName: Sendable, Hashable {
    public struct Property: Sendable, Hashable {
        public let key: [UInt8]
        /// With its quotes and escapes, where it has them.
        public let value: [UInt8]
    }

    public let domain: [UInt8]
    /// By key, in the order of bytes: the canonical order.
    public let properties: [Property]
    /// Ends in `,*`: names with further properties fit too.
    public let isOpen: Bool

    /// - Throws: `ObjectNameError` for what the JDK refuses. It takes an empty text for `*:*`; here it is no name.
    public init(_ text: String) throws(ObjectNameError) {
        var parser = ObjectNameParser(text)
        domain = try parser.domain()
        (properties, isOpen) = try parser.properties()
    }

    /// With the properties in their canonical order.
    public var canonical: String { String(decoding: domain, as: UTF8.self) + ":" + propertyList }

    /// What follows the colon of the canonical name.
    public var propertyList: String {
        let written = properties.map { String(decoding: $0.key + [UInt8(ascii: "=")] + $0.value, as: UTF8.self) }
        return (written + (isOpen ? ["*"] : [])).joined(separator: ",")
    }

    /// Whether it can fit names other than itself.
    public var isPattern: Bool {
        isOpen || Wildcards.occur(in: domain) || properties.contains { Wildcards.occur(in: $0.value) }
    }

    /// Whether `name`, which is no pattern, is among those that this one stands for.
    public func fits(_ name: ObjectName) -> Bool {
        guard Wildcards.match(domain, name.domain), isOpen || properties.count == name.properties.count else { return false }
        return properties.allSatisfy { wanted in
            name.properties.contains { $0.key == wanted.key && Wildcards.match(wanted.value, $0.value) }
        }
    }
}

/// Why a text is not the name of an MBean.
public enum ObjectNameError: String, Error, Sendable, Hashable, CaseIterable {
    case noProperties = "Key properties cannot be empty"
    case badDomain = "Invalid character in domain name"
    case badKey = "Invalid character in key part of property"
    case emptyKey = "Invalid key (empty)"
    case noValue = "Unterminated key property part"
    case badValue = "Invalid character in value part of property"
    case badQuotes = "Invalid or unterminated quoted value"
    case duplicateKey = "A key is defined twice"
    case endingComma = "Invalid ending comma"
    case badWildcard = "Invalid '*' in the property list"
}
