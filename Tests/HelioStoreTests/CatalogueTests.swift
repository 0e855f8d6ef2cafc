import GRDB
import HelioNode
@testable import HelioStore
import TestSupport
import Testing

struct CatalogueTests {
    let directory: TemporaryDirectory
    let store: Store

    init() async throws {
        directory = try TemporaryDirectory()
        store = try await Store.open(directory.path)
    }

    @Test func metadata_IsReadBackExactly() async throws {
        let project = Project(id: ProjectID(.max), key: "A/B", name: "é\u{0}x", isPublic: false)
        let composed = Repository(
            id: RepositoryID(1), name: try RepositoryName(project: "A/B", slug: "\u{e9}"), displayName: "one", project: project,
            isPublic: true, description: "two\u{0}lines\n", defaultBranch: RefName(ByteString([0x72, 0xFF, 0xFE])))
        let decomposed = Repository(
            id: RepositoryID(2), name: try RepositoryName(project: "A/B", slug: "e\u{301}"), displayName: "", project: project,
            isPublic: false, description: nil, defaultBranch: nil)
        try await store.saveMetadata(upserts: [
            RepositoryMetadata(repository: decomposed, hash: .unknown),
            RepositoryMetadata(repository: composed, hash: Samples.hash(0xAB)),
        ])
        #expect(
            try await store.loadCatalogue() == [
                StoredRepository(repository: composed, metadata: Samples.hash(0xAB)),
                StoredRepository(repository: decomposed, metadata: .unknown),
            ])
    }

    @Test func metadata_ReplacesOnlyMetadata_WhenRepositoryIsKnown() async throws {
        let id = RepositoryID(9)
        try await store.saveMetadata(upserts: [Samples.metadata(9)])
        try await store.record(
            .hashed(content: Samples.hash(5), head: .detached(Samples.oid(6, .sha256))), of: id, at: Samples.time)
        try await store.saveMetadata(upserts: [Samples.metadata(9, slug: "renamed")])
        let stored = try #require(try await store.loadCatalogue().first)
        #expect(stored.repository.name.slug == "renamed")
        #expect(stored.content == Samples.hash(5))
        #expect(stored.head == .detached(Samples.oid(6, .sha256)))
        #expect(stored.hasCopy)
        #expect(stored.initialSync == Samples.time)
    }

    @Test func names_MaySwap_InOneDiscovery() async throws {
        try await store.saveMetadata(upserts: [Samples.metadata(1, slug: "a"), Samples.metadata(2, slug: "b")])
        try await store.saveMetadata(upserts: [Samples.metadata(1, slug: "b"), Samples.metadata(2, slug: "a")])
        #expect(try await store.loadCatalogue().map(\.repository.name.slug) == ["b", "a"])
    }

    @Test func deletion_TakesChangesAndEmptyProjects() async throws {
        let other = Project(id: ProjectID(8), key: "Q", name: "Q", isPublic: true)
        let lone = RepositoryMetadata(repository: try Samples.repository(3, in: other), hash: .unknown)
        try await store.saveMetadata(upserts: [Samples.metadata(9), lone])
        _ = try await store.prepare(Samples.change(9), at: Samples.time)
        let kept = try await store.prepare(Samples.change(3), at: Samples.time)
        try await store.saveMetadata(upserts: [], deletions: [RepositoryID(9), RepositoryID(404)])
        #expect(try await store.loadCatalogue().map(\.repository.project) == [other])
        #expect(try await store.outstandingChanges().map(\.id) == [kept])
        #expect(try await store.repositoryCount() == 1)
        #expect(try await store.write { try Int.fetchOne($0, sql: "SELECT count(*) FROM project") } == 1)
    }

    @Test func lag_EndsWithoutASynchronisation_WhenTheUpstreamTakesItBack() async throws {
        let id = RepositoryID(9)
        try await store.saveMetadata(upserts: [Samples.metadata(9)])
        try await store.record([(id, .behind(Samples.time)), (id, .caughtUp)], at: Samples.time)
        #expect(try await store.loadCatalogue().first?.upstreamChangedAt == nil)
        try await store.record(.behind(Samples.time(plus: 60)), of: id, at: Samples.time(plus: 60))
        #expect(try await store.loadCatalogue().first?.upstreamChangedAt == Samples.time(plus: 60))
        // A success that was stored first knows better.
        try await store.record(.unchanged(Samples.time(plus: 90)), of: id, at: Samples.time(plus: 90))
        try await store.record(.behind(Samples.time(plus: 80)), of: id, at: Samples.time(plus: 91))
        #expect(try await store.loadCatalogue().first?.upstreamChangedAt == nil)
        // However late both are written.
        try await store.record([(id, .unchanged(Samples.time(plus: 100))), (id, .behind(Samples.time(plus: 101)))], at: Samples.time(plus: 130))
        #expect(try await store.loadCatalogue().first?.upstreamChangedAt == Samples.time(plus: 101))
    }

    @Test func failure_IsKept_AndEndsWithNextSuccess() async throws {
        let id = RepositoryID(9)
        try await store.saveMetadata(upserts: [Samples.metadata(9)])
        let failure = Failure(.noProgress, "nothing for 120 s\u{0}", retryAfter: .seconds(5))
        try await store.record(.behind(Samples.time), of: id, at: Samples.time)
        try await store.record(.behind(Samples.time(plus: 60)), of: id, at: Samples.time(plus: 60))
        try await store.record(.failed(failure, count: 3, quarantined: true), of: id, at: Samples.time(plus: 61))
        let failed = try #require(try await store.loadCatalogue().first)
        #expect(failed.lastFailure == Failure(.noProgress, "nothing for 120 s\u{0}"))
        #expect(failed.failedSyncCount == 3)
        #expect(failed.quarantined)
        #expect(failed.upstreamChangedAt == Samples.time)
        try await store.record(.unchanged(Samples.time(plus: 62)), of: id, at: Samples.time(plus: 62))
        let recovered = try #require(try await store.loadCatalogue().first)
        #expect(recovered.lastFailure == nil)
        #expect(recovered.failedSyncCount == 0)
        #expect(!recovered.quarantined)
        #expect(recovered.upstreamChangedAt == nil)
        #expect(recovered.lastSync == Samples.time(plus: 62))
    }

    @Test func lostCopy_KeepsWhatItWas_ButHasNoContent() async throws {
        let id = RepositoryID(9)
        try await store.saveMetadata(upserts: [Samples.metadata(9)])
        try await store.record(.hashed(content: Samples.hash(5), head: .symbolic(.main)), of: id, at: Samples.time)
        try await store.record([(id, .lost), (RepositoryID(404), .lost)], at: Samples.time(plus: 1))
        let stored = try #require(try await store.loadCatalogue().first)
        #expect(!stored.hasCopy)
        #expect(stored.content == .unknown)
        #expect(stored.initialSync == Samples.time)
    }

    @Test func damagedRow_IsCorrupt_AndDoesNotTrap() async throws {
        try await store.saveMetadata(upserts: [Samples.metadata(9)])
        for damage in ["metadata_hash = x'01'", "head = x'07'", "failure_reason = 'weather'", "slug = x'2e2e'"] {
            try await store.write { try $0.execute(sql: "UPDATE repository SET metadata_hash = NULL, head = NULL, \(damage)") }
            let error = await #expect(throws: StoreError.self) { try await store.loadCatalogue() }
            guard case .corrupt = error else { throw try #require(error) }
        }
    }

    @Test func catalogue_Survives_WhenStoreIsOpenedAgain() async throws {
        try await CatalogueTests.fill(directory.path + "/again")
        let again = try await Store.open(directory.path + "/again")
        #expect(try await again.loadCatalogue().count == 2)
    }

    private static func fill(_ path: String) async throws {
        try await Store.open(path).saveMetadata(upserts: [Samples.metadata(1, slug: "a"), Samples.metadata(2, slug: "b")])
    }
}
