/// The body of a request: one JSON object whose values are strings, `true`, `false` or `null`. No request needs more, so a
/// number, a list or an object inside is refused, and with them every question of depth.
struct FlatObject: Sendable, Equatable {
    enum Value: Sendable, Equatable {
        case string([UInt8])
        case bool(Bool)
        case null
    }

    /// Names as bytes: composed and decomposed letters stay different.
    private(set) var fields: [[UInt8]: Value] = [:]

    /// - Parameter allowed: the names that the request may hold.
    /// - Throws: `JSONError` for anything that RFC 8259 does not allow, for a name that is not in `allowed` or stands twice, and
    ///   for values of other kinds.
    init(_ bytes: [UInt8], allowing allowed: [String]) throws(JSONError) {
        var scanner = JSONScanner(bytes)
        scanner.skipSpaces()
        try scanner.expect(UInt8(ascii: "{"))
        scanner.skipSpaces()
        if !scanner.take(UInt8(ascii: "}")) {
            repeat { try readField(&scanner, allowed) } while scanner.take(UInt8(ascii: ","))
            try scanner.expect(UInt8(ascii: "}"))
        }
        scanner.skipSpaces()
        guard scanner.isAtEnd else { throw .malformed }
    }

    /// For requests in which everything can be left out.
    init(orEmpty bytes: [UInt8], allowing allowed: [String]) throws(JSONError) {
        try self.init(bytes.isEmpty ? Array("{}".utf8) : bytes, allowing: allowed)
    }

    /// nil when absent or null.
    func string(_ name: String) throws(JSONError) -> [UInt8]? {
        switch fields[Array(name.utf8)] {
        case .string(let text): text
        case nil, .null: nil
        case .bool: throw .wrongKind
        }
    }

    /// False when absent or null.
    func bool(_ name: String) throws(JSONError) -> Bool {
        switch fields[Array(name.utf8)] {
        case .bool(let value): value
        case nil, .null: false
        case .string: throw .wrongKind
        }
    }

    private mutating func readField(_ scanner: inout JSONScanner, _ allowed: [String]) throws(JSONError) {
        scanner.skipSpaces()
        let name = try scanner.string()
        guard allowed.contains(where: { name.elementsEqual($0.utf8) }) else { throw .unknownName }
        guard fields[name] == nil else { throw .duplicateName }
        scanner.skipSpaces()
        try scanner.expect(UInt8(ascii: ":"))
        scanner.skipSpaces()
        fields[name] = try scanner.scalar()
        scanner.skipSpaces()
    }
}
