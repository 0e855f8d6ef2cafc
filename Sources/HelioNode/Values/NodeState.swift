/// Where a node is on its way; the names are on the wire.
public enum NodeState: String, Sendable, Hashable, CaseIterable {
    case starting = "STARTING"
    case bootstrapping = "BOOTSTRAPPING"
    case bootstrapped = "BOOTSTRAPPED"
    case metadataSynchronized = "METADATA_SYNCHRONIZED"
    case synchronized = "SYNCHRONIZED"
    case stopping = "STOPPING"
    case error = "ERROR"
}
