/// Bytes that name something: a ref, a project, a repository.
///
/// git and the file system compare names byte by byte. `String` compares by canonical equivalence (`é` composed equals `é`
/// decomposed) and repairs bad UTF-8, so two different refs could become one. Nothing that identifies is kept as a `String`.
public struct ByteString: Hashable, Sendable {
    public let bytes: [UInt8]

    public init(_ bytes: some Sequence<UInt8>) {
        self.bytes = Array(bytes)
    }

    public init(_ text: String) {
        self.bytes = Array(text.utf8)
    }

    public var count: Int { bytes.count }
    public var isEmpty: Bool { bytes.isEmpty }

    public func hasPrefix(_ prefix: ByteString) -> Bool { bytes.starts(with: prefix.bytes) }

    public func hasSuffix(_ suffix: ByteString) -> Bool { bytes.suffix(suffix.count).elementsEqual(suffix.bytes) }
}

extension ByteString: Comparable {
    /// Bytewise, as git sorts refs and `LC_ALL=C sort` sorts lines.
    public static func < (left: ByteString, right: ByteString) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}

extension ByteString: CustomStringConvertible, ExpressibleByStringLiteral {
    public init(stringLiteral text: String) { self.init(text) }

    /// For people and JSON: invalid UTF-8 becomes U+FFFD, so two names may print alike.
    public var description: String { String(decoding: bytes, as: UTF8.self) }
}
