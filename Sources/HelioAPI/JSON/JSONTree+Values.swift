import HelioNode

/// Values of a kind that has to be right: whatever else stands there is refused.
extension JSONTree {
    func required(_ name: String) throws(JSONError) -> JSONTree {
        guard let value = self[name] else { throw .wrongKind }
        return value
    }

    func string() throws(JSONError) -> String {
        guard let text else { throw .wrongKind }
        return text
    }

    func bool() throws(JSONError) -> Bool {
        guard case .bool(let value) = self else { throw .wrongKind }
        return value
    }

    /// A whole number without fraction or exponent.
    func int64() throws(JSONError) -> Int64 {
        guard case .number(let bytes) = self, let value = Int64(String(decoding: bytes, as: UTF8.self)) else { throw .wrongKind }
        return value
    }

    func count() throws(JSONError) -> Int64 {
        let value = try int64()
        guard value >= 0 else { throw .wrongKind }
        return value
    }

    func hash() throws(JSONError) -> MirrorHash {
        guard case .string(let hex) = self, let hash = MirrorHash(hex: hex) else { throw .wrongKind }
        return hash
    }

    /// Seconds, at most those of thirty years, so that a time can be reckoned from it without overflow; nil when absent or null.
    func duration(_ name: String) throws(JSONError) -> Duration? {
        guard let value = self[name] else { return nil }
        guard case .number(let bytes) = value, let seconds = Double(String(decoding: bytes, as: UTF8.self)), (0...1e9).contains(seconds)
        else { throw .wrongKind }
        return .seconds(seconds)
    }
}
