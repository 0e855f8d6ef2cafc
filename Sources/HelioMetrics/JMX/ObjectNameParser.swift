/// Reads the two parts of an object name, strictly.
struct ObjectNameParser {
    private var rest: ArraySlice<UInt8>

    init(_ text: String) { rest = Array(text.utf8)[...] }

    /// Up to the first colon, which is used up.
    mutating func domain() throws(ObjectNameError) -> [UInt8] {
        guard let colon = rest.firstIndex(of: UInt8(ascii: ":")), colon + 1 < rest.endIndex else { throw .noProperties }
        let domain = rest[..<colon]
        guard !domain.contains(0x0A) else { throw .badDomain }
        rest = rest[(colon + 1)...]
        return Array(domain)
    }

    mutating func properties() throws(ObjectNameError) -> ([ObjectName.Property], isOpen: Bool) {
        var properties: [ObjectName.Property] = []
        var isOpen = false
        repeat {
            guard !rest.isEmpty else { throw .endingComma }
            if rest.first == UInt8(ascii: "*") {
                guard !isOpen else { throw .badWildcard }
                isOpen = true
                rest = rest.dropFirst()
                guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { throw .badWildcard }
            } else {
                properties.append(ObjectName.Property(key: try key(), value: try value()))
            }
        } while takeComma()
        properties.sort { $0.key.lexicographicallyPrecedes($1.key) }
        guard zip(properties, properties.dropFirst()).allSatisfy({ $0.key != $1.key }) else { throw .duplicateKey }
        return (properties, isOpen)
    }

    /// Up to the `=`, which is used up.
    private mutating func key() throws(ObjectNameError) -> [UInt8] {
        let key = rest.prefix { $0 != UInt8(ascii: "=") && !Self.endsProperty($0) && !Wildcards.isWildcard($0) }
        rest = rest[key.endIndex...]
        guard let end = rest.first else { throw .noValue }
        guard end == UInt8(ascii: "=") else { throw .badKey }
        guard !key.isEmpty else { throw .emptyKey }
        rest = rest.dropFirst()
        return Array(key)
    }

    /// May be empty.
    private mutating func value() throws(ObjectNameError) -> [UInt8] {
        if rest.first == UInt8(ascii: "\"") { return try quotedValue() }
        let value = rest.prefix { $0 != UInt8(ascii: "=") && $0 != UInt8(ascii: "\"") && !Self.endsProperty($0) }
        rest = rest[value.endIndex...]
        guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { throw .badValue }
        return Array(value)
    }

    /// With its quotes. A backslash stands before a backslash, a quote, an `n`, a `*` or a `?`, and before nothing else.
    private mutating func quotedValue() throws(ObjectNameError) -> [UInt8] {
        var value = [UInt8(ascii: "\"")]
        rest = rest.dropFirst()
        while let byte = rest.popFirst() {
            value.append(byte)
            switch byte {
            case UInt8(ascii: "\""):
                guard rest.isEmpty || rest.first == UInt8(ascii: ",") else { throw .badQuotes }
                return value
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst(), "\\\"n*?".utf8.contains(escaped) else { throw .badQuotes }
                value.append(escaped)
            case 0x0A: throw .badQuotes
            default: break
            }
        }
        throw .badQuotes
    }

    private mutating func takeComma() -> Bool {
        guard rest.first == UInt8(ascii: ",") else { return false }
        rest = rest.dropFirst()
        return true
    }

    private static func endsProperty(_ byte: UInt8) -> Bool { [UInt8(ascii: ","), UInt8(ascii: ":"), 0x0A].contains(byte) }
}
