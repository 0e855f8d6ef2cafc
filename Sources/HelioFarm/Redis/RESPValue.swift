/// A reply in RESP2, the protocol of Redis.
public enum RESPValue: Sendable, Equatable {
    /// A line of text.
    case simple([UInt8])
    /// A line of text that says what is wrong; its first word is the kind of error.
    case error([UInt8])
    case integer(Int64)
    /// Any bytes; nil is Redis's null.
    case bulk([UInt8]?)
    /// nil is Redis's other null.
    case array([RESPValue]?)

    /// Of a line or a string; nil for nulls, for errors and for every other kind.
    public var bytes: [UInt8]? {
        switch self {
        case .simple(let bytes): bytes
        case .bulk(let bytes): bytes
        case .error, .integer, .array: nil
        }
    }

    public var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    /// nil for null, too.
    public var array: [RESPValue]? {
        guard case .array(let values) = self else { return nil }
        return values
    }

    /// Either of the two.
    public var isNull: Bool { self == .bulk(nil) || self == .array(nil) }
}
