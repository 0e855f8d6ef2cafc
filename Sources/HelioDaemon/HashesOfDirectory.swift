import Foundation
import HelioAPI
import HelioGit
import HelioNode

/// `heliostat hashes PATH`: what a node that mirrors the directory would stream, for the upstream's side of a comparison.
public enum HashesOfDirectory {
    /// - Parameters:
    ///   - excluded: `sync.refs.exclude` of the node that it is compared with: what that leaves out, both leave out.
    ///   - write: takes the JSON piece by piece.
    /// - Returns: what could not be read, one line each; it is missing from the JSON.
    /// - Throws: `Failure` when the directory as a whole cannot be read; `.cancelled` after TERM or INT, when git has ended.
    public static func write(path: String, excluding excluded: [String], to write: (borrowing [UInt8]) throws -> Void) async throws -> [String] {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "heliostat-hashes-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
        // A leftover in the temporary directory harms nobody.
        defer { try? FileManager.default.removeItem(at: scratch) }
        var configuration = GitConfiguration(data: scratch.path)
        configuration.refsExclude = excluded
        let upstream = try DirectoryUpstream(path: path, git: Git(configuration))
        let listing = try await UntilSignalled.run { () async throws(Failure) in try await upstream.list() }
        var catalogue = Catalogue()
        let (accepted, twins) = IdentityCheck.sift(listing.repositories, against: catalogue)
        // One that is made just then may be met twice.
        for listed in accepted where listed.failure == nil && catalogue[listed.repository.id] == nil {
            catalogue.insert(RepositoryEntry(upstream: listed))
        }
        try RepositoryHashes.write(catalogue, to: write)
        return (listing.rejected + twins).map { "\($0.path): \($0.why)" }
            + accepted.compactMap { listed in listed.failure.map { "\(listed.repository.name): \($0)" } }
    }
}

extension RepositoryEntry {
    /// The upstream's own repository, as if it were a copy.
    fileprivate init(upstream listed: ListedRepository) {
        self.init(repository: listed.repository, metadata: listed.metadata)
        content = listed.content ?? .unknown
        hasCopy = true
    }
}
