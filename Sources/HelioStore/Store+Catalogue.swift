import GRDB
public import HelioNode

extension Store {
    /// The whole catalogue at one moment, sorted by id. Writes go on meanwhile.
    ///
    /// - Throws: `.corrupt` when a row cannot be what we wrote.
    public nonisolated func loadCatalogue() async throws(StoreError) -> [StoredRepository] {
        try await reader.read(CatalogueRows.all)
    }

    /// The number of repositories in the catalogue, counted in the database.
    public nonisolated func repositoryCount() async throws(StoreError) -> Int {
        try await reader.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM repository") ?? 0 }
    }

    /// Takes a discovery into the catalogue in one transaction, with the projects of its repositories. What is known of the
    /// copies stays. A deleted repository takes its outstanding changes with it, and the last one of a project the project.
    ///
    /// - Parameters:
    ///   - upserts: new or changed; unchanged ones need not be here.
    ///   - announced: the first content of what is new here is to be announced, and does not count as announced by being found.
    public func saveMetadata(
        upserts: [RepositoryMetadata], deletions: [RepositoryID] = [], announced: Bool = false
    ) throws(StoreError) {
        guard !upserts.isEmpty || !deletions.isEmpty else { return }
        try write { db in
            try CatalogueRows.upsert(upserts, announced: announced, in: db)
            try CatalogueRows.delete(deletions, in: db)
            try CatalogueRows.deleteEmptyProjects(in: db)
        }
    }

    /// Notes what was learned of copies, in one transaction. Repositories that are not in the catalogue any more are passed over.
    public func record(_ reports: [(RepositoryID, CopyReport)], at time: WallTime) throws(StoreError) {
        guard !reports.isEmpty else { return }
        try write { db in
            for (id, report) in reports { try CopyRows.record(report, of: id, at: time, in: db) }
        }
    }

    public func record(_ report: CopyReport, of id: RepositoryID, at time: WallTime) throws(StoreError) {
        try record([(id, report)], at: time)
    }
}
