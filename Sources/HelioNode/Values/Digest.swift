/// A SHA-256 digest.
public struct Digest: Hashable, Sendable {
    private let words: Words256

    /// - Precondition: `raw` holds 32 bytes.
    public init(raw: some Collection<UInt8>) {
        precondition(raw.count == 32, "a SHA-256 digest has 32 bytes")
        words = Words256(raw: raw)
    }

    public init?(hex: some Collection<UInt8>) {
        guard hex.count == 64, let words = Words256(hex: hex) else { return nil }
        self.words = words
    }

    /// The first 64 bits.
    var leading: UInt64 { words.leading }

    /// Appends the 32 bytes that `init(raw:)` takes.
    public func appendRaw(to output: inout [UInt8]) { words.appendRaw(bytes: 32, to: &output) }

    public func appendHex(to output: inout [UInt8]) { words.appendHex(digits: 64, to: &output) }
}

/// What is known of a repository's content or metadata on one side.
public enum MirrorHash: Hashable, Sendable {
    /// Not computed yet; forty zeros on the wire. An unknown hash of the upstream counts as up to date (compat rule).
    case unknown
    case known(Digest)

    /// Reads what a peer or our own store wrote: 64 hexadecimal digits, or only zeros (40 or 64) for unknown.
    public init?(hex: some Collection<UInt8>) {
        if hex.count == 40 || hex.count == 64, hex.allSatisfy({ $0 == 0x30 }) {
            self = .unknown
        } else if let digest = Digest(hex: hex) {
            self = .known(digest)
        } else {
            return nil
        }
    }

    public func appendHex(to output: inout [UInt8]) {
        switch self {
        case .unknown: output.append(contentsOf: repeatElement(0x30, count: 40))
        case .known(let digest): digest.appendHex(to: &output)
        }
    }
}

extension MirrorHash: CustomStringConvertible {
    public var description: String {
        var hex: [UInt8] = []
        appendHex(to: &hex)
        return String(decoding: hex, as: UTF8.self)
    }
}
