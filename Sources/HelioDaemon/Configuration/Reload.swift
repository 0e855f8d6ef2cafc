/// What a reload (SIGHUP) does.
public struct ConfigurationReload: Sendable, Equatable {
    /// The old configuration with every new value that a running node can take.
    public let applied: NodeConfiguration
    /// Keys that have a new value now, in the order of the schema.
    public let changed: [String]
    /// Keys that differ in the file and stay as they were until the node is started anew.
    public let needsRestart: [String]

    public init(from old: NodeConfiguration, to new: NodeConfiguration) {
        var applied = old
        let different = Schema.node.keys.filter { !$0.isEqual(old, new) }
        for key in different where key.change == .live { key.copy(new, &applied) }
        self.applied = applied
        self.changed = different.filter { $0.change == .live }.map(\.name)
        self.needsRestart = different.filter { $0.change == .restart }.map(\.name)
    }
}
