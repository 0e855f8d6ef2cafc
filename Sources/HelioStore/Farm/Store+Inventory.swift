import GRDB
public import HelioNode

/// How many rows there are of what an operator asks about. Counted on the connection that only reads: no write waits.
extension Store {
    /// The refs of all copies, and how many copies they are of.
    public struct RefTotal: Hashable, Sendable {
        public let refs: Int
        /// Copies whose refs nobody has counted: the total lacks them.
        public let uncounted: Int
    }

    public nonisolated func refTotal() async throws(StoreError) -> RefTotal {
        try await reader.read { db in
            let sql = "SELECT coalesce(sum(ref_count), 0), count(*) - count(ref_count) FROM repository WHERE has_copy = 1"
            guard let row = try Row.fetchOne(db, sql: sql) else { throw StoreError.corrupt("a sum without a row") }
            return RefTotal(refs: try row.required(0), uncounted: try row.required(1))
        }
    }

    /// Copies whose content hash is not known.
    public nonisolated func unknownHashCount() async throws(StoreError) -> Int {
        try await reader.read { db in
            try Int.fetchOne(db, sql: "SELECT count(*) FROM repository WHERE has_copy = 1 AND content_hash IS NULL") ?? 0
        }
    }

    /// Deliveries that wait, whichever node of the farm is to send them.
    ///
    /// - Parameter endpoints: to which; what waits for others waits for nobody.
    public nonisolated func waitingDeliveryCount(to endpoints: [String]) async throws(StoreError) -> Int {
        try await reader.read { db in
            // Apart, because each state has an index of its own.
            let marks = databaseQuestionMarks(count: endpoints.count)
            let sql = ["pending", "standby"].map { state in
                "(SELECT count(*) FROM delivery WHERE state = '\(state)' AND endpoint IN (\(marks)))"
            }
            return try Int.fetchOne(
                db, sql: "SELECT " + sql.joined(separator: " + "), arguments: StatementArguments(endpoints + endpoints)) ?? 0
        }
    }

    /// Deliveries that were given up and are kept.
    public nonisolated func deadDeliveryCount() async throws(StoreError) -> Int {
        try await reader.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM delivery WHERE state = 'dead'") ?? 0 }
    }

    // MARK: Copies from before refs were counted

    /// - Parameter after: begins with the one after this; nil with the first.
    public nonisolated func uncountedCopies(after: RepositoryID?, limit: Int) async throws(StoreError) -> [UncountedCopy] {
        try await reader.read { db in
            let sql = """
                SELECT repository.id, key, slug FROM repository JOIN project ON project.id = project_id
                WHERE has_copy = 1 AND ref_count IS NULL AND repository.id > ? ORDER BY repository.id LIMIT ?
                """
            return try Row.fetchAll(db, sql: sql, arguments: [after?.value ?? .min, limit]).map { row in
                UncountedCopy(
                    repository: RepositoryID(try row.required(0)),
                    name: try Columns.name(project: ByteString(try row.required(1, as: Bytes.self).value), slug: try row.required(2)))
            }
        }
    }

    public struct UncountedCopy: Hashable, Sendable {
        public let repository: RepositoryID
        public let name: RepositoryName
    }

    /// Notes what was counted, unless the copy holds something else by now.
    public func note(refs: Int, of repository: RepositoryID, content: MirrorHash) throws(StoreError) {
        try write { db in
            try db.execute(
                sql: "UPDATE repository SET ref_count = ? WHERE id = ? AND ref_count IS NULL AND content_hash = ?",
                arguments: [refs, repository.value, Columns.hash(content)])
        }
    }
}
