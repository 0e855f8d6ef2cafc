/// `HELIOSTAT_SYNC_INTERVAL` for `sync.interval`, and so on for every key that holds one value.
enum Environment {
    static let prefix = "HELIOSTAT_"

    static func variable(for key: String) -> String {
        prefix + key.uppercased().map { $0 == "." ? "_" : String($0) }.joined()
    }

    /// Applies the variables in the order of the schema. Their values are read like unquoted text in the file.
    /// - Returns: a sentence for each variable that means nothing.
    static func apply(
        _ environment: [String: String], to configuration: inout NodeConfiguration, _ reading: inout Reading
    ) -> [String] {
        var unknown = Set(environment.keys.filter { $0.hasPrefix(prefix) })
        let keys = Schema.node.keys.filter(\.isScalar)
        for key in keys {
            let name = variable(for: key.name)
            guard let text = environment[name] else { continue }
            unknown.remove(name)
            let node = YAMLNode(place: .environment(name), content: .scalar(text, isPlain: true))
            reading.note(node.place, of: key.name)
            reading.within(key.name) { key.read(node, &$0, &configuration) }
        }
        return unknown.sorted().map { "the environment variable \($0) means nothing" + hint(for: $0, among: keys) }
    }

    /// Compares without the prefix: it would make everything look alike.
    private static func hint(for name: String, among keys: [Key<NodeConfiguration>]) -> String {
        let names = keys.map { String(variable(for: $0.name).dropFirst(prefix.count)) }
        guard let near = Suggestion.nearest(to: String(name.dropFirst(prefix.count)), among: names) else { return "" }
        return "; did you mean \(prefix)\(near)?"
    }
}
