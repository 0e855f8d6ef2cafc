internal import Foundation
internal import HelioGit
internal import HelioNode

/// A directory of bare repositories, read directly.
final class UpstreamRepositories: DiffSource {
    /// Repositories that are looked at at once.
    private static let width = 4

    private let scratch: URL
    private let upstream: DirectoryUpstream
    private let inspection: Inspection
    private let closely: Bool

    /// - Parameter excluded: `sync.refs.exclude` of the node that it is compared with: what that leaves out, both leave out.
    init(_ path: String, excluding excluded: [String], closely: Bool) throws(DiffProblem) {
        scratch = FileManager.default.temporaryDirectory.appending(path: "heliostat-diff-\(UUID().uuidString)")
        do {
            try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
            var configuration = GitConfiguration(data: scratch.path)
            configuration.refsExclude = excluded
            let git = try Git(configuration)
            upstream = try DirectoryUpstream(path: path, git: git)
            inspection = Inspection(git: git)
        } catch {
            throw .incomparable("\(path) cannot be read: \(error)")
        }
        self.closely = closely
    }

    // A leftover in the temporary directory harms nobody.
    deinit { try? FileManager.default.removeItem(at: scratch) }

    func tell(_ only: Set<RepositoryID>?) async throws(DiffProblem) -> DiffTelling {
        let listing: Listing
        do throws(Failure) { listing = try await upstream.list() } catch { throw .incomparable(error.message) }
        let chosen = listing.repositories.filter { only?.contains($0.repository.id) ?? true }
        let readings = await read(chosen)
        if Task.isCancelled { throw .incomparable("cancelled") }
        let notes = listing.rejected.prefix(5).map { "\($0.path) is not mirrored: \($0.why)" }
        let more = listing.rejected.count > 5 ? ["\(listing.rejected.count - 5) more are not mirrored"] : []
        return DiffTelling(
            side: DiffSide(role: .upstream, readings: readings, unseen: listing.unseen), notes: notes + more)
    }

    private func read(_ repositories: [ListedRepository]) async -> [RepositoryID: DiffReading] {
        await withTaskGroup(of: DiffReading?.self) { group in
            var (rest, readings): (ArraySlice<ListedRepository>, [RepositoryID: DiffReading]) = (repositories[...], [:])
            func start() {
                guard !Task.isCancelled, let listed = rest.popFirst() else { return }
                group.addTask { await self.read(listed) }
            }
            for _ in 0..<Self.width { start() }
            while let reading = await group.next() {
                if let reading { readings[reading.id] = reading }
                start()
            }
            return readings
        }
    }

    /// - Returns: nil when it has gone since it was listed.
    private func read(_ listed: ListedRepository) async -> DiffReading? {
        let begun = SystemClock.monotonic()
        var disk: DiskReading
        if let failure = listed.failure { disk = .unreadable(failure) } else {
            do throws(Failure) {
                let source = try await upstream.source(of: listed.repository)
                disk = await inspection.upstream(source, closely ? .connectivity : .tips)
            } catch {
                disk = .unreadable(error)
            }
        }
        if case .absent = disk { return nil }
        var content = MirrorHash.unknown
        if case .read(let found) = disk { content = found.content }
        let repository = listed.repository
        return DiffReading(
            id: repository.id, project: repository.project.id, name: repository.name, content: content, metadata: listed.metadata,
            disk: disk, confirmedAt: SystemClock.monotonic(), heldSince: begun)
    }
}
