public import HelioNode

extension String: JSONValue {
    /// Escapes what RFC 8259 asks for, and every other control character too, so that a terminal or a log that shows the answer
    /// is not steered by the name of a repository.
    public func append(to writer: inout JSONWriter) {
        writer.raw("\"".utf8)
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0x22: writer.raw("\\\"".utf8)
            case 0x5C: writer.raw("\\\\".utf8)
            case 0..<0x20, 0x7F...0x9F: Self.appendEscape(UInt8(scalar.value), to: &writer)
            default: writer.raw(UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
            }
        }
        writer.raw("\"".utf8)
    }

    private static func appendEscape(_ byte: UInt8, to writer: inout JSONWriter) {
        let digits = Array("0123456789abcdef".utf8)
        writer.raw("\\u00".utf8)
        writer.raw([digits[Int(byte >> 4)], digits[Int(byte & 0xF)]])
    }
}

extension ByteString: JSONValue {
    /// Bytes that are not UTF-8 become U+FFFD: JSON has no other way to hold them.
    public func append(to writer: inout JSONWriter) { description.append(to: &writer) }
}

extension RepositoryName: JSONValue {
    public func append(to writer: inout JSONWriter) { path.append(to: &writer) }
}

extension RunID: JSONValue {
    public func append(to writer: inout JSONWriter) { description.append(to: &writer) }
}

extension MirrorHash: JSONValue {
    public func append(to writer: inout JSONWriter) { writer.hash(self) }
}

extension Bool: JSONValue {
    public func append(to writer: inout JSONWriter) { writer.raw((self ? "true" : "false").utf8) }
}

extension Int: JSONValue {
    public func append(to writer: inout JSONWriter) { writer.raw(String(self).utf8) }
}

extension Int64: JSONValue {
    public func append(to writer: inout JSONWriter) { writer.raw(String(self).utf8) }
}

extension Double: JSONValue {
    /// The shortest digits that read back as the same number; `null` for what JSON has no number for.
    public func append(to writer: inout JSONWriter) { writer.raw((isFinite ? description : "null").utf8) }
}

extension Optional: JSONValue where Wrapped: JSONValue {
    public func append(to writer: inout JSONWriter) {
        if let self { self.append(to: &writer) } else { writer.raw("null".utf8) }
    }
}

extension Duration: JSONValue {
    /// Seconds, to the millisecond, without trailing zeros: `12.5`, `0`.
    public func append(to writer: inout JSONWriter) {
        let milliseconds = wholeNanoseconds / 1_000_000
        let (whole, rest) = milliseconds.magnitude.quotientAndRemainder(dividingBy: 1000)
        var text = (milliseconds < 0 ? "-" : "") + String(whole)
        if rest > 0 {
            var digits = String(1000 + rest).dropFirst()
            while digits.last == "0" { digits.removeLast() }
            text += "." + digits
        }
        writer.raw(text.utf8)
    }
}

extension CivilTime: JSONValue {
    public func append(to writer: inout JSONWriter) { text.append(to: &writer) }
}

extension CloneURL: JSONValue {
    public func append(to writer: inout JSONWriter) {
        writer.object { json in
            json.field("name", name)
            json.field("href", href)
        }
    }
}
