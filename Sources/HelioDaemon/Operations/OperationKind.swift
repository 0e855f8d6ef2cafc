import HelioNode

/// What a node does in the background. The raw values are metric labels and stand in the ledger.
enum OperationKind: String, Sendable, Hashable, CaseIterable {
    /// The upstream is asked which repositories there are, or for one of them.
    case discovery
    /// A repository is taken whole.
    case clone
    /// A copy is brought up to date.
    case fetch
    case vet
    /// What a vet found is put right.
    case repair
    /// Copies are read from disk for their hashes.
    case hash
    case webhook
    /// Copies go to the trash, or from there for good.
    case purge
    case maintenance
    /// A listing is stored.
    case metadata
    /// Read from the ledger of a version that had other words.
    case unknown

    /// After which it still ends well, but counts as expired.
    /// - Parameter vetInterval: a vet that takes longer than that is overtaken by the next.
    func softDeadline(vetInterval: Duration) -> Duration {
        switch self {
        case .discovery: .seconds(5 * 60)
        case .clone: .seconds(2 * 3600)
        case .vet: vetInterval
        case .webhook: .seconds(10)
        case .fetch, .repair, .hash, .purge, .maintenance, .metadata, .unknown: .seconds(10 * 60)
        }
    }

    /// These come with every pass or push, some of them by the hundred thousand, and most change nothing or have a line of their own:
    /// that they begin and end well is for those who look for it.
    var isFrequent: Bool {
        switch self {
        case .discovery, .clone, .fetch, .hash, .metadata, .maintenance, .purge, .webhook: true
        case .vet, .repair, .unknown: false
        }
    }
}

/// How an operation ended. The raw values are metric labels.
enum OperationStatus: String, Sendable, Hashable, CaseIterable {
    case success, failure
    /// It ended well, but after its soft deadline.
    case expired
    /// Nobody vouched for it any more, and the sweep closed it.
    case orphaned
}
