/// A JSON value of any kind, for the one endpoint whose requests hold lists and objects. Everything else reads `FlatObject`.
enum JSONTree: Sendable, Equatable {
    case object([[UInt8]: JSONTree])
    case array([JSONTree])
    case string([UInt8])
    /// As it was written: nobody calculates with it.
    case number([UInt8])
    case bool(Bool)
    case null

    /// - Parameter depth: of objects and lists within one another, at most; 0 allows none.
    /// - Throws: `JSONError` for anything that RFC 8259 does not allow, for a name that stands twice, and for more depth.
    init(_ bytes: [UInt8], depth: Int) throws(JSONError) {
        var scanner = JSONScanner(bytes)
        self = try scanner.tree(depth: depth)
        guard scanner.isAtEnd else { throw .malformed }
    }

    /// What an object has under a name; nil when it is no object, and when it has nothing there or `null`.
    subscript(_ name: String) -> JSONTree? {
        guard case .object(let fields) = self, let value = fields[Array(name.utf8)], value != .null else { return nil }
        return value
    }

    /// nil when it is no string.
    var text: String? {
        guard case .string(let bytes) = self else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension JSONScanner {
    /// A value with the spaces around it.
    mutating func tree(depth: Int) throws(JSONError) -> JSONTree {
        skipSpaces()
        let value = try bareTree(depth: depth)
        skipSpaces()
        return value
    }

    private mutating func bareTree(depth: Int) throws(JSONError) -> JSONTree {
        switch next {
        case UInt8(ascii: "{"): return .object(try members(depth: depth - 1))
        case UInt8(ascii: "["): return .array(try elements(depth: depth - 1))
        case UInt8(ascii: "\""): return .string(try string())
        case let byte? where byte == UInt8(ascii: "-") || (0x30...0x39).contains(byte): return .number(try number())
        default: return try word()
        }
    }

    private mutating func word() throws(JSONError) -> JSONTree {
        if take("true") { return .bool(true) }
        if take("false") { return .bool(false) }
        guard take("null") else { throw .malformed }
        return .null
    }

    private mutating func elements(depth: Int) throws(JSONError) -> [JSONTree] {
        guard depth >= 0 else { throw .tooDeep }
        try expect(UInt8(ascii: "["))
        skipSpaces()
        var elements: [JSONTree] = []
        if take(UInt8(ascii: "]")) { return elements }
        repeat { elements.append(try tree(depth: depth)) } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "]"))
        return elements
    }

    private mutating func members(depth: Int) throws(JSONError) -> [[UInt8]: JSONTree] {
        guard depth >= 0 else { throw .tooDeep }
        try expect(UInt8(ascii: "{"))
        skipSpaces()
        var fields: [[UInt8]: JSONTree] = [:]
        if take(UInt8(ascii: "}")) { return fields }
        repeat {
            skipSpaces()
            let name = try string()
            guard fields[name] == nil else { throw .duplicateName }
            skipSpaces()
            try expect(UInt8(ascii: ":"))
            fields[name] = try tree(depth: depth)
        } while take(UInt8(ascii: ","))
        try expect(UInt8(ascii: "}"))
        return fields
    }
}
