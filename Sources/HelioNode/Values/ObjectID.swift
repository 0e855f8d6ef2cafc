/// How a repository names its objects.
public enum ObjectFormat: String, Sendable, Hashable, CaseIterable {
    case sha1, sha256

    /// Hexadecimal digits of an object id.
    public var digits: Int { self == .sha1 ? 40 : 64 }
}

/// The name of a git object, kept as words so that a hundred thousand refs cost no allocation each.
public struct ObjectID: Hashable, Sendable {
    public let format: ObjectFormat
    private let words: Words256

    /// - Returns: nil unless `hex` is 40 or 64 lower- or upper-case hexadecimal digits.
    public init?(hex: some Collection<UInt8>) {
        switch hex.count {
        case 40: format = .sha1
        case 64: format = .sha256
        default: return nil
        }
        guard let words = Words256(hex: hex) else { return nil }
        self.words = words
    }

    public init?(_ hex: String) { self.init(hex: hex.utf8) }

    /// - Returns: nil unless `raw` holds 20 or 32 bytes.
    public init?(raw: some Collection<UInt8>) {
        switch raw.count {
        case 20: format = .sha1
        case 32: format = .sha256
        default: return nil
        }
        words = Words256(raw: raw)
    }

    /// The id that stands for "no object" in `git update-ref` and in webhooks.
    public static func zero(_ format: ObjectFormat) -> ObjectID { ObjectID(format: format, words: .zero) }

    private init(format: ObjectFormat, words: Words256) {
        self.format = format
        self.words = words
    }

    public var isZero: Bool { words == .zero }

    /// Appends the 20 or 32 bytes that `init(raw:)` takes.
    public func appendRaw(to output: inout [UInt8]) { words.appendRaw(bytes: format.digits / 2, to: &output) }

    /// Appends the lower-case hexadecimal digits.
    public func appendHex(to output: inout [UInt8]) { words.appendHex(digits: format.digits, to: &output) }
}

extension ObjectID: CustomStringConvertible {
    public var description: String {
        var hex: [UInt8] = []
        appendHex(to: &hex)
        return String(decoding: hex, as: UTF8.self)
    }
}
