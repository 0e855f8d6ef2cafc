import HelioNode

/// `sync.refs.exclude`: patterns of full ref names, as `git for-each-ref --exclude` takes them.
///
/// A pattern without a wildcard matches that name and everything below it (`refs/pull` matches `refs/pull/7/head`, not
/// `refs/pulled`). `*` and `?` stand for anything but `/`, `**` for anything. Brackets are taken literally.
struct RefPatterns: Sendable {
    private let patterns: [(text: [UInt8], glob: RefGlob)]

    init(_ patterns: [String]) { self.patterns = patterns.map { (Array($0.utf8), RefGlob(Array($0.utf8))) } }

    func match(_ name: RefName) -> Bool {
        patterns.contains { Self.isPrefix($0.text, of: name.bytes.bytes) || $0.glob.match(name.bytes.bytes) }
    }

    private static func isPrefix(_ pattern: [UInt8], of name: [UInt8]) -> Bool {
        guard !pattern.isEmpty, name.starts(with: pattern) else { return false }
        return name.count == pattern.count || pattern.last == 0x2F || name[pattern.count] == 0x2F
    }
}

/// A pattern taken apart. It goes through a name once and keeps every place in the pattern where it can be by then, so that the work is the
/// product of the lengths at most: with trying and going back, each further star would multiply it.
private struct RefGlob: Sendable {
    private enum Element: Equatable {
        case literal(UInt8)
        /// Any byte but `/`.
        case one
        case any(crossesSlash: Bool)
    }

    /// What comes before the first wildcard: for most names a look at it is enough.
    private let head: [UInt8]
    private let elements: [Element]

    init(_ pattern: [UInt8]) {
        head = Array(pattern.prefix { $0 != 0x2A && $0 != 0x3F })
        var elements: [Element] = []
        var rest = pattern[head.count...]
        while let byte = rest.first {
            let stars = rest.prefix { $0 == 0x2A }.count
            elements.append(stars > 0 ? .any(crossesSlash: stars > 1) : byte == 0x3F ? .one : .literal(byte))
            rest = rest.dropFirst(max(stars, 1))
        }
        self.elements = elements
    }

    func match(_ name: [UInt8]) -> Bool {
        guard name.starts(with: head) else { return false }
        // Whether the name can stand before the n-th element by now.
        var places = [Bool](repeating: false, count: elements.count + 1)
        places[0] = true
        passStars(&places)
        for byte in name[head.count...] {
            var isAlive = false
            places[elements.count] = false  // whoever was at the end has one byte too many
            // Backwards, so that a place is read before it is written.
            for index in elements.indices.reversed() where places[index] {
                let (goesOn, stays) = take(byte, elements[index])
                if goesOn { places[index + 1] = true }
                places[index] = stays
                isAlive = isAlive || goesOn || stays
            }
            guard isAlive else { return false }
            passStars(&places)
        }
        return places[elements.count]
    }

    /// Whether a byte is the element itself, and whether more can follow for it.
    private func take(_ byte: UInt8, _ element: Element) -> (goesOn: Bool, stays: Bool) {
        switch element {
        case .literal(let wanted): (byte == wanted, false)
        case .one: (byte != 0x2F, false)
        case .any(let crossesSlash): (false, crossesSlash || byte != 0x2F)
        }
    }

    /// A star may stand for nothing.
    private func passStars(_ places: inout [Bool]) {
        for index in elements.indices where places[index] {
            if case .any = elements[index] { places[index + 1] = true }
        }
    }
}

/// Which refs are mirrored and hashed: legal ones, not ours, not excluded.
struct RefFilter: Sendable {
    let excluded: RefPatterns

    static let everything = RefFilter(excluded: RefPatterns([]))

    func admits(_ name: RefName) -> Bool { RefFormat.isLegal(name) && !name.isPrivate && !excluded.match(name) }

    /// Whether any name in a directory could be admitted. A pattern, which is UTF-8, matches this one only if it matches all.
    func admits(below directory: [UInt8]) -> Bool {
        let component = [UInt8(0x2F)] + [UInt8](repeating: 0xFF, count: 200)
        let child = directory + component
        return admits(RefName(ByteString(child))) || admits(RefName(ByteString(child + component)))
    }
}
