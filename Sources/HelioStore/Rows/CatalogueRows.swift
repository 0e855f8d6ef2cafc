import GRDB
import HelioNode

/// SQL about metadata.
enum CatalogueRows {
    /// - Parameter announced: whether the first content of a new one is to be announced.
    static func upsert(_ repositories: [RepositoryMetadata], announced: Bool, in db: Database) throws {
        try upsertProjects(of: repositories, in: db)
        if announced { try expectAnnouncement(ofNewIn: repositories, in: db) }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO repository (id, project_id, slug, name, public, description, default_branch, metadata_hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET
                    project_id = excluded.project_id, slug = excluded.slug, name = excluded.name, public = excluded.public,
                    description = excluded.description, default_branch = excluded.default_branch,
                    metadata_hash = excluded.metadata_hash
                """)
        for entry in repositories {
            let repository = entry.repository
            try statement.execute(arguments: [
                repository.id.value, repository.project.id.value, Bytes(repository.name.slug.bytes),
                Text(repository.displayName), repository.isPublic, repository.description.map(Text.init),
                repository.defaultBranch.map { Bytes($0.bytes.bytes) }, Columns.hash(entry.hash),
            ])
        }
    }

    private static func expectAnnouncement(ofNewIn repositories: [RepositoryMetadata], in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT OR IGNORE INTO announcement (repository_id, number)
                SELECT ?1, 0 WHERE NOT EXISTS (SELECT 1 FROM repository WHERE id = ?1)
                """)
        for entry in repositories { try statement.execute(arguments: [entry.repository.id.value]) }
    }

    private static func upsertProjects(of repositories: [RepositoryMetadata], in db: Database) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO project (id, key, name, public) VALUES (?, ?, ?, ?)
                ON CONFLICT (id) DO UPDATE SET key = excluded.key, name = excluded.name, public = excluded.public
                """)
        var done: Set<Project> = []
        for project in repositories.lazy.map(\.repository.project) where done.insert(project).inserted {
            try statement.execute(arguments: [project.id.value, Bytes(project.key.bytes), Text(project.name), project.isPublic])
        }
    }

    static func delete(_ ids: [RepositoryID], in db: Database) throws {
        let changes = try db.cachedStatement(sql: "DELETE FROM prepared_change WHERE repository_id = ? RETURNING id")
        // Its number is kept: if it comes back, what it holds is news under an id that was never used.
        let announcement = try db.cachedStatement(sql: "UPDATE announcement SET content_hash = NULL WHERE repository_id = ?")
        let repository = try db.cachedStatement(sql: "DELETE FROM repository WHERE id = ?")
        for id in ids {
            for change in try Int64.fetchAll(changes, arguments: [id.value]) { try OutboxRows.withdraw(change: change, in: db) }
            try HeldRows.forget(id.value, in: db)
            try announcement.execute(arguments: [id.value])
            try repository.execute(arguments: [id.value])
        }
    }

    /// A repository may also have moved to another project.
    static func deleteEmptyProjects(in db: Database) throws {
        try db.cachedStatement(
            sql: "DELETE FROM project WHERE NOT EXISTS (SELECT 1 FROM repository WHERE project_id = project.id)"
        ).execute()
    }

    static func all(in db: Database) throws -> [StoredRepository] {
        let projects = try projects(in: db)
        let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM repository") ?? 0
        var repositories: [StoredRepository] = []
        repositories.reserveCapacity(count)
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT id, project_id, slug, name, public, description, default_branch, metadata_hash, content_hash, head,
                        has_copy, initial_sync, last_sync, failed_sync_count, failure_reason, failure_message, quarantined,
                        upstream_changed_at
                    FROM repository ORDER BY id
                    """))
        while let row = try rows.next() { repositories.append(try stored(row, projects)) }
        return repositories
    }

    /// Read first, so that a project's strings exist once and not once for each repository.
    private static func projects(in db: Database) throws -> [Int64: Project] {
        var projects: [Int64: Project] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT id, key, name, public FROM project")
        while let row = try rows.next() {
            let id: Int64 = try row.required(0)
            projects[id] = Project(
                id: ProjectID(id), key: ByteString(try row.required(1, as: Bytes.self).value),
                name: try row.required(2, as: Text.self).value, isPublic: try row.required(3))
        }
        return projects
    }

    private static func stored(_ row: Row, _ projects: [Int64: Project]) throws -> StoredRepository {
        StoredRepository(
            repository: try repository(row, projects), metadata: try Columns.hash(row[7]), content: try Columns.hash(row[8]),
            head: try Columns.head(row[9]), hasCopy: try row.required(10), initialSync: Columns.time(row[11]),
            lastSync: Columns.time(row[12]), failedSyncCount: try row.required(13),
            lastFailure: try Columns.failure(reason: row[14], message: row[15]), quarantined: try row.required(16),
            upstreamChangedAt: Columns.time(row[17]))
    }

    private static func repository(_ row: Row, _ projects: [Int64: Project]) throws -> Repository {
        guard let project = projects[try row.required(1)] else { throw StoreError.corrupt("a repository without its project") }
        return Repository(
            id: RepositoryID(try row.required(0)), name: try Columns.name(project: project.key, slug: try row.required(2)),
            displayName: try row.required(3, as: Text.self).value, project: project, isPublic: try row.required(4),
            description: (row[5] as Text?)?.value, defaultBranch: Columns.refName(row[6]))
    }
}
