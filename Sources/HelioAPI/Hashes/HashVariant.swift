/// Which hashes a stream tells.
enum HashVariant: String, Sendable, CaseIterable {
    case all = "a", content = "c", metadata = "m"

    var hasContent: Bool { self != .metadata }
    var hasMetadata: Bool { self != .content }
}
