/// What a reload (SIGHUP) does.
public struct ConfigurationReload: Sendable, Equatable {
    /// The old configuration with every new value that a running node can take.
    public let applied: NodeConfiguration
    /// Keys that have a new value now, in the order of the schema.
    public let changed: [String]
    /// Keys that differ in the file and stay as they were until the node is started anew, in the order of the schema.
    public let needsRestart: [String]

    public init(from old: NodeConfiguration, to new: NodeConfiguration) {
        let different = Schema.node.keys.filter { !$0.isEqual(old, new) }
        var taken = different.filter { $0.change == .live }
        var applied = old
        for key in taken { key.copy(new, &applied) }
        while let rule = Self.objection(to: applied, about: taken) {
            for key in taken where rule.reads(key.name) { key.copy(old, &applied) }
            taken.removeAll { rule.reads($0.name) }
        }
        let changed = taken.map(\.name)
        self.applied = applied
        self.changed = changed
        needsRestart = different.map(\.name).filter { !changed.contains($0) }
    }

    /// The file was right as a whole, but a part of it waits for a restart: what is not right without that part waits with it.
    private static func objection(to applied: NodeConfiguration, about keys: [Key<NodeConfiguration>]) -> Rule? {
        Rule.all.first { rule in keys.contains { rule.reads($0.name) } && rule.check(applied) != nil }
    }
}
