import HelioLock
import HelioNode

/// What the last listing read of each repository, and the stamp that its files had before: a repository whose stamp is the same is
/// not read again. A vet and a synchronisation always read.
final class ListingMemory: Sendable {
    private struct Remembered {
        let stamp: ListingStamp
        let listed: ListedRepository
        var listing: Int
    }

    private struct State {
        var repositories: [RepositoryName: Remembered] = [:]
        var listing = 0
    }

    private let state = Locked(State())
    private let settling: Duration

    init(settling: Duration = ListingStamp.settling) { self.settling = settling }

    func beginListing() { state.withLock { $0.listing += 1 } }

    /// What the listing that ends now has not met has gone.
    func endListing() {
        state.withLock { state in
            let listing = state.listing
            state.repositories = state.repositories.filter { $0.value.listing == listing }
        }
    }

    func recall(_ name: RepositoryName, _ stamp: ListingStamp) -> ListedRepository? {
        state.withLock { state in
            guard let remembered = state.repositories[name], remembered.stamp == stamp else { return nil }
            state.repositories[name]?.listing = state.listing
            return remembered.listed
        }
    }

    /// - Parameter stamp: taken before the repository was read, so that a change in between shows the next time.
    func remember(_ listed: ListedRepository, _ stamp: ListingStamp) {
        guard listed.failure == nil, stamp.isSettled(after: settling) else { return }
        state.withLock { state in
            state.repositories[listed.repository.name] = Remembered(stamp: stamp, listed: listed, listing: state.listing)
        }
    }
}
