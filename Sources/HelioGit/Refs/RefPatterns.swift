import HelioNode

/// `sync.refs.exclude`: patterns of full ref names, as `git for-each-ref --exclude` takes them.
///
/// A pattern without a wildcard matches that name and everything below it (`refs/pull` matches `refs/pull/7/head`, not
/// `refs/pulled`). `*` and `?` stand for anything but `/`, `**` for anything. Brackets are taken literally.
struct RefPatterns: Sendable {
    private let patterns: [[UInt8]]

    init(_ patterns: [String]) { self.patterns = patterns.map { Array($0.utf8) } }

    func match(_ name: RefName) -> Bool {
        patterns.contains { Self.isPrefix($0, of: name.bytes.bytes) || Self.glob($0[...], name.bytes.bytes[...]) }
    }

    private static func isPrefix(_ pattern: [UInt8], of name: [UInt8]) -> Bool {
        guard !pattern.isEmpty, name.starts(with: pattern) else { return false }
        return name.count == pattern.count || pattern.last == 0x2F || name[pattern.count] == 0x2F
    }

    private static func glob(_ pattern: ArraySlice<UInt8>, _ name: ArraySlice<UInt8>) -> Bool {
        guard let first = pattern.first else { return name.isEmpty }
        guard first == 0x2A else {
            guard let byte = name.first, byte == first || (first == 0x3F && byte != 0x2F) else { return false }
            return glob(pattern.dropFirst(), name.dropFirst())
        }
        let crossesSlash = pattern.dropFirst().first == 0x2A
        let rest = pattern.drop { $0 == 0x2A }
        var tail = name
        while true {
            if glob(rest, tail) { return true }
            guard let byte = tail.popFirst(), crossesSlash || byte != 0x2F else { return false }
        }
    }
}

/// Which refs are mirrored and hashed: legal ones, not ours, not excluded.
struct RefFilter: Sendable {
    let excluded: RefPatterns

    func admits(_ name: RefName) -> Bool { RefFormat.isLegal(name) && !name.isPrivate && !excluded.match(name) }
}
