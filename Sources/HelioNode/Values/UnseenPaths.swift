/// Where an upstream could not be looked at: what is there may exist unlisted, and is not known to be deleted.
///
/// `KEY/` stands for everything below a directory, `KEY/slug` for one repository.
public struct UnseenPaths: Hashable, Sendable {
    private var paths: Set<ByteString>

    public init(_ paths: some Sequence<ByteString> = []) { self.paths = Set(paths) }

    public var isEmpty: Bool { paths.isEmpty }

    public mutating func insert(_ path: ByteString) { paths.insert(path) }

    /// - Complexity: of the length of the path, however many paths there are.
    public func mayHide(_ name: RepositoryName) -> Bool {
        guard !paths.isEmpty else { return false }
        let path = name.path
        if paths.contains(path) { return true }
        return path.bytes.indices.contains { path.bytes[$0] == UInt8(ascii: "/") && paths.contains(ByteString(path.bytes[...$0])) }
    }
}

extension UnseenPaths: ExpressibleByArrayLiteral {
    public init(arrayLiteral paths: ByteString...) { self.init(paths) }
}

extension UnseenPaths: Sequence {
    public func makeIterator() -> Set<ByteString>.Iterator { paths.makeIterator() }
}
