import HelioGit
import HelioNode
import HelioStore

/// What a node knows once it has mirrored a directory.
struct MirroredCatalogue {
    let upstream: String

    func write(to data: String) async throws {
        let store = try await Store.open(data)
        let listing = try await DirectoryUpstream(path: upstream, git: Git(GitConfiguration(data: data))).list()
        try await store.saveMetadata(upserts: listing.repositories.map { RepositoryMetadata(repository: $0.repository, hash: $0.metadata) })
        let now = WallTime(millisecondsSince1970: 0)
        try await store.record(listing.repositories.map { ($0.repository.id, report(on: $0)) }, at: now)
        try await store.record(listing.repositories.map { ($0.repository.id, .unchanged(now)) }, at: now)
    }

    private func report(on listed: ListedRepository) -> CopyReport {
        .hashed(content: listed.content ?? .unknown, head: .symbolic(listed.repository.defaultBranch ?? .main))
    }
}
