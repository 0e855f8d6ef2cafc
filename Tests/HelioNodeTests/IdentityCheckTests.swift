import HelioNode
import Testing

@Suite struct IdentityCheckTests {
    private func repository(_ path: String, id: Int64, project: Int64) throws -> ListedRepository {
        let name = try RepositoryName(ByteString(path))
        let project = Project(id: ProjectID(project), key: name.project, name: "P", isPublic: false)
        let repository = Repository(
            id: RepositoryID(id), name: name, displayName: "r", project: project, isPublic: false, description: nil,
            defaultBranch: nil)
        return ListedRepository(repository: repository, metadata: .unknown, content: .unknown)
    }

    private func admitted(_ listings: [ListedRepository]...) throws -> (names: [String], rejected: [String]) {
        let now = Moment(monotonic: MonotonicTime(nanoseconds: 0), wall: WallTime(millisecondsSince1970: 0))
        var node = NodeMachine(settings: NodeSettings(), seed: 1, now: now)
        _ = node.handle(.storageOpened(draining: nil), at: now)
        _ = node.handle(.recovered(StoredNode(entries: [], wasSynchronized: false, deletions: [])), at: now)
        for (index, listing) in listings.enumerated() {
            var random = SeededGenerator(seed: UInt64(index))
            _ = node.handle(.syncRequested(RunID(using: &random), .all, acceptDeletions: true), at: now)
            let effects = node.handle(.discovered(.success(Listing(repositories: listing))), at: now)
            for case .storeMetadata(let batch) in effects { _ = node.handle(.metadataStored(batch.id, nil), at: now) }
        }
        let snapshot = node.snapshot()
        return (snapshot.catalogue.entries.map { $0.repository.name.description }, snapshot.rejected.map(\.path))
    }

    @Test func newTwins_FirstByNameIsTaken_WhateverTheOrder() throws {
        let twins = try [repository("P/b", id: 7, project: 1), repository("P/a", id: 7, project: 1)]
        let result = try admitted(twins)
        #expect(result.names == ["P/a"] && result.rejected == ["P/b"])
    }

    @Test func twinOfAKnownRepository_IsRejected_ThoughItsNameComesFirst() throws {
        let known = try repository("P/m", id: 7, project: 1)
        let result = try admitted([known], [known, repository("P/a", id: 7, project: 1)])
        #expect(result.names == ["P/m"] && result.rejected == ["P/a"])
    }

    @Test func twinOfAKnownRepository_DoesNotKeepItAlive_WhenItIsGone() throws {
        let other = try repository("P/z", id: 9, project: 1)
        let twin = try repository("P/a", id: 7, project: 1)
        let result = try admitted([repository("P/m", id: 7, project: 1), other], [twin, other])
        #expect(result.names == ["P/z"] && result.rejected == ["P/a"])
    }

    @Test func projectWithAnothersID_IsRejected() throws {
        let result = try admitted([repository("A/r", id: 1, project: 1), repository("B/r", id: 2, project: 1)])
        #expect(result.names == ["A/r"] && result.rejected == ["B/r"])
    }
}
