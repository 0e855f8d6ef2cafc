public import HelioNode

/// Something that has one way to stand in JSON.
public protocol JSONValue {
    func append(to writer: inout JSONWriter)
}

/// Writes JSON without spaces, valid whatever the values hold (RFC 8259). Commas come by themselves; that what is opened is
/// closed follows from the closures.
public struct JSONWriter: Sendable {
    public private(set) var bytes: [UInt8] = []
    private var needsComma = false

    public init() {}

    public mutating func object(_ body: (inout JSONWriter) -> Void) { enclose("{", "}", body) }

    public mutating func array(_ body: (inout JSONWriter) -> Void) { enclose("[", "]", body) }

    public mutating func value(_ value: some JSONValue) {
        separate()
        value.append(to: &self)
        needsComma = true
    }

    /// - Parameter name: one of ours: nothing in it is escaped.
    public mutating func field(_ name: StaticString, _ value: some JSONValue) {
        key(name)
        self.value(value)
    }

    public mutating func object(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        key(name)
        object(body)
    }

    public mutating func array(_ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        key(name)
        array(body)
    }

    /// - Parameter name: any text; it is escaped.
    public mutating func member(_ name: String, _ value: some JSONValue) {
        key(name)
        self.value(value)
    }

    public mutating func member(_ name: String, _ body: (inout JSONWriter) -> Void) {
        key(name)
        object(body)
    }

    /// For values only: bytes that are JSON already.
    public mutating func raw(_ text: some Sequence<UInt8>) { bytes.append(contentsOf: text) }

    public mutating func hash(_ hash: MirrorHash) {
        bytes.append(UInt8(ascii: "\""))
        hash.appendHex(to: &bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    private mutating func key(_ name: StaticString) {
        separate()
        raw("\"".utf8)
        name.withUTF8Buffer { bytes.append(contentsOf: $0) }
        raw("\":".utf8)
    }

    private mutating func key(_ name: String) {
        separate()
        name.append(to: &self)
        raw(":".utf8)
    }

    private mutating func enclose(_ open: StaticString, _ close: StaticString, _ body: (inout JSONWriter) -> Void) {
        separate()
        open.withUTF8Buffer { bytes.append(contentsOf: $0) }
        body(&self)
        close.withUTF8Buffer { bytes.append(contentsOf: $0) }
        needsComma = true
    }

    private mutating func separate() {
        if needsComma { bytes.append(UInt8(ascii: ",")) }
        needsComma = false
    }
}
