import HelioGit
import HelioNode
import HelioStore

/// Where the numbers of the inventory come from.
protocol InventorySource: Sendable {
    /// - Returns: nil when the number is not known yet.
    func count(_ query: InventoryQuery) async throws -> Int?

    /// Counts the refs of some copies that are from before refs were counted.
    ///
    /// - Parameter after: where the last call ended; nil begins anew.
    /// - Returns: where this one ended; nil when there are no more.
    func catchUp(after last: RepositoryID?) async throws -> RepositoryID?
}

/// Rows of this node's own database, and what the node knows.
struct InventoryCounts: InventorySource {
    /// Copies whose refs are counted at one time.
    private static let catchingUp = 100

    let adapters: Adapters
    /// As they are now.
    let snapshot: @Sendable () -> NodeSnapshot
    let endpoints: @Sendable () -> [String]

    private var store: Store { adapters.store }

    func count(_ query: InventoryQuery) async throws -> Int? {
        switch query {
        case .repositories: try await store.repositoryCount()
        case .refs: try await refs()
        case .syncQueue: snapshot().queue.waitingCount
        case .webhookPending: try await store.waitingDeliveryCount(to: endpoints())
        case .webhookDead: try await store.deadDeliveryCount()
        case .hashUnknown: try await store.unknownHashCount()
        case .vetMismatch: snapshot().vets.last?.count(.mismatch)
        }
    }

    /// A total without some copies would pass for the whole one, so there is none before all are counted.
    private func refs() async throws -> Int? {
        let total = try await store.refTotal()
        return total.uncounted == 0 ? total.refs : nil
    }

    func catchUp(after last: RepositoryID?) async throws -> RepositoryID? {
        let copies = try await store.uncountedCopies(after: last, limit: Self.catchingUp)
        for copy in copies where !Task.isCancelled {
            // One that cannot be read is found by the vet.
            guard let snapshot = try? await adapters.copies.snapshot(of: copy.name) else { continue }
            try await store.note(refs: snapshot.refs.count, of: copy.repository, content: ContentHash.of(snapshot))
        }
        return copies.last?.repository
    }
}
