import HelioFarm
import HelioNode
import HelioStore

/// Numbers that the coordinator may have lost.
///
/// A Redis that was emptied would count from 1 again with a node that joined later and knows of no number, and what that one announces
/// the others would announce once more. So each node tells what it knows before it says that it has a change: who proposes first waits
/// until all who take traffic have said so, and Redis does what it is told in order. It costs a round trip for each change that is told
/// or heard of, since there is no knowing that Redis was not emptied a moment ago: a connection may outlive what Redis held.
extension FarmDriver {
    private static let batch = 64

    /// What cannot be told keeps nothing back.
    func remind(of repositories: Set<RepositoryID>) async {
        // Of a farm that does not know this node the same numbers may stand for other repositories.
        guard isMember, !settings.isAlone else { return }
        await tellLast(of: repositories)
    }

    /// - Returns: whether the coordinator knows now what was last announced of them.
    @discardableResult
    func tellLast(of repositories: Set<RepositoryID>) async -> Bool {
        do {
            var rest = repositories.sorted()[...]
            while !rest.isEmpty {
                let last = try await store.lastAnnouncements(of: Set(rest.prefix(Self.batch)))
                if !last.isEmpty { try await coordinator.remind(last) }
                rest = rest.dropFirst(Self.batch)
            }
            return true
        } catch {
            log.debug("the farm could not be told what was announced last", ["error": "\(error)"])
            return false
        }
    }
}
