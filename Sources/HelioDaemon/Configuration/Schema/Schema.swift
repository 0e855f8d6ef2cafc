/// The keys of a file, or of one record in it. Everything that has to know the keys asks here: the loader, the environment,
/// the suggestions, the reload and the test of the manual.
struct Schema<Root: Sendable>: Sendable {
    let keys: [Key<Root>]
    /// Names at the top of the file that stand for a nested key, dots and all.
    let flatNames: [String: String]
    let byName: [String: Key<Root>]
    /// Names that hold other keys: `sync`, `sync.refs`.
    let sections: Set<String>

    /// - Precondition: no name stands twice, and none is both a key and a section.
    init(_ keys: [Key<Root>], flatNames: [String: String] = [:]) {
        self.keys = keys
        self.flatNames = flatNames
        self.byName = Dictionary(uniqueKeysWithValues: keys.map { ($0.name, $0) })
        self.sections = Set(keys.flatMap { Self.parents(of: $0.name) })
        precondition(sections.isDisjoint(with: byName.keys), "a key is also a section")
    }

    /// `a.b.c` → `a`, `a.b`.
    private static func parents(of name: String) -> [String] {
        let parts = name.split(separator: ".")
        return (1..<max(parts.count, 1)).map { parts[..<$0].joined(separator: ".") }
    }

    /// The names that may stand directly below `section` (the empty name is the top).
    func names(in section: String) -> [String] {
        let prefix = section.isEmpty ? "" : section + "."
        let below = (Array(byName.keys) + sections).filter { $0.hasPrefix(prefix) }.map { $0.dropFirst(prefix.count) }
        return Set(below.filter { !$0.contains(".") }.map(String.init)).sorted()
    }
}
