import GRDB

/// The tables. Every step that was ever released stays here as it was; a new version adds one.
enum Schema {
    /// `HLST`, in the header of the file: it tells our database from any other.
    static let applicationID: Int32 = 0x484C_5354

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: catalogue, changes, runs") { db in
            try db.execute(sql: first)
        }
        migrator.registerMigration("2: operations, progress of runs") { db in
            try db.execute(sql: second)
        }
        migrator.registerMigration("3: announcements, outbox") { db in
            try db.execute(sql: third)
        }
        migrator.registerMigration("4: farm") { db in
            try db.execute(sql: fourth)
        }
        migrator.registerMigration("5: drain") { db in
            try db.execute(sql: "ALTER TABLE node ADD COLUMN drain_reason TEXT")
        }
        migrator.registerMigration("6: events of nobody") { db in
            try db.execute(sql: sixth)
        }
        return migrator
    }

    /// Times are milliseconds since 1970. Names, refs and texts of others are bytes. A hash is 32 bytes, NULL when unknown. `STRICT`, so that a
    /// column holds what its type says. Keys and slugs are not unique: the upstream's ids are, and two repositories may swap
    /// their names in one discovery.
    private static let first = """
        CREATE TABLE project (
            id INTEGER PRIMARY KEY,
            key BLOB NOT NULL,
            name BLOB NOT NULL,
            public INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE repository (
            id INTEGER PRIMARY KEY,
            project_id INTEGER NOT NULL REFERENCES project(id),
            slug BLOB NOT NULL,
            name BLOB NOT NULL,
            public INTEGER NOT NULL,
            description BLOB,
            default_branch BLOB,
            metadata_hash BLOB,
            content_hash BLOB,
            head BLOB,
            has_copy INTEGER NOT NULL DEFAULT 0,
            initial_sync INTEGER,
            last_sync INTEGER,
            failed_sync_count INTEGER NOT NULL DEFAULT 0,
            failure_reason TEXT,
            failure_message BLOB,
            quarantined INTEGER NOT NULL DEFAULT 0,
            upstream_changed_at INTEGER
        ) STRICT;
        CREATE INDEX repository_project ON repository(project_id);
        CREATE TABLE prepared_change (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            repository_id INTEGER NOT NULL,
            prepared_at INTEGER NOT NULL,
            change BLOB NOT NULL
        ) STRICT;
        CREATE INDEX prepared_change_repository ON prepared_change(repository_id);
        CREATE TABLE run (
            number INTEGER PRIMARY KEY AUTOINCREMENT,
            id TEXT NOT NULL UNIQUE,
            trigger TEXT NOT NULL,
            opened_at INTEGER NOT NULL,
            planned INTEGER,
            status TEXT,
            reason TEXT,
            succeeded INTEGER NOT NULL DEFAULT 0,
            failed INTEGER NOT NULL DEFAULT 0,
            cancelled INTEGER NOT NULL DEFAULT 0,
            skipped INTEGER NOT NULL DEFAULT 0,
            seconds REAL,
            closed_at INTEGER
        ) STRICT;
        CREATE TABLE deletion (
            at INTEGER NOT NULL,
            count INTEGER NOT NULL
        ) STRICT;
        CREATE TABLE node (
            only INTEGER PRIMARY KEY CHECK (only = 1),
            was_synchronized INTEGER NOT NULL DEFAULT 0,
            write_checks INTEGER NOT NULL DEFAULT 0
        ) STRICT;
        INSERT INTO node (only) VALUES (1);
        """

    /// An operation stands here from its start to its end. `boot` names the process that runs it, and `heartbeat` is in nanoseconds of that
    /// process's monotonic clock, so that neither a stepped clock nor a recycled process id makes a living one look dead.
    private static let second = """
        CREATE TABLE operation (
            id TEXT PRIMARY KEY,
            boot TEXT NOT NULL,
            kind TEXT NOT NULL,
            repository BLOB,
            run TEXT,
            started_at INTEGER NOT NULL,
            heartbeat INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE run ADD COLUMN scope TEXT NOT NULL DEFAULT 'unknown';
        """

    /// What receivers were last told of a repository, and what they are still to be told. What a node holds at the upgrade counts as
    /// announced. An event is stored with its change and waits as `prepared` until the refs have moved; its body is never built again.
    /// A copy of the repository's id in `delivery`, so that the oldest pending one of each repository is found by the index alone.
    private static let third = """
        CREATE TABLE announcement (
            repository_id INTEGER PRIMARY KEY,
            number INTEGER NOT NULL,
            content_hash BLOB
        ) STRICT;
        INSERT INTO announcement (repository_id, number, content_hash)
            SELECT id, 0, content_hash FROM repository WHERE has_copy = 1 AND content_hash IS NOT NULL;
        CREATE TABLE event (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            webhook_id TEXT NOT NULL,
            key TEXT NOT NULL,
            repository_id INTEGER NOT NULL,
            number INTEGER,
            change_id INTEGER,
            created_at INTEGER NOT NULL,
            body BLOB NOT NULL
        ) STRICT;
        CREATE INDEX event_change ON event(change_id) WHERE change_id IS NOT NULL;
        CREATE TABLE delivery (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            event_id INTEGER NOT NULL REFERENCES event(id),
            endpoint TEXT NOT NULL,
            repository_id INTEGER NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL DEFAULT 0,
            refusals INTEGER NOT NULL DEFAULT 0,
            attempted_at INTEGER,
            delay INTEGER,
            status INTEGER,
            error BLOB
        ) STRICT;
        CREATE INDEX delivery_pending ON delivery(endpoint, repository_id, id) WHERE state = 'pending';
        CREATE INDEX delivery_state ON delivery(state, id);
        CREATE INDEX delivery_event ON delivery(event_id);
        CREATE INDEX delivery_over ON delivery(attempted_at) WHERE state IN ('delivered', 'dead');
        CREATE TABLE closed_endpoint (
            name TEXT PRIMARY KEY,
            url BLOB NOT NULL,
            closed_at INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// What waits to be told by the farm, who sends what it has settled, the numbers of leases, and how far its messages were read.
    /// A delivery of another node's event is `standby`; `published` is 0 for an event that the coordinator has not seen. `ref_count` is
    /// of our copy, NULL for a copy whose refs nobody has counted since the upgrade.
    private static let fourth = """
        CREATE TABLE held_change (
            id INTEGER PRIMARY KEY AUTOINCREMENT,
            repository_id INTEGER NOT NULL,
            change_id INTEGER,
            content_hash BLOB,
            kind TEXT NOT NULL,
            changes BLOB,
            is_behind INTEGER NOT NULL,
            created_at INTEGER NOT NULL
        ) STRICT;
        CREATE INDEX held_change_repository ON held_change(repository_id, id);
        CREATE INDEX held_change_change ON held_change(change_id) WHERE change_id IS NOT NULL;
        CREATE TABLE fence (
            name TEXT PRIMARY KEY,
            number INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        ALTER TABLE event ADD COLUMN sender TEXT;
        ALTER TABLE event ADD COLUMN published INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE event ADD COLUMN content_hash BLOB;
        ALTER TABLE event ADD COLUMN changes BLOB;
        CREATE INDEX event_unpublished ON event(id) WHERE published = 0;
        CREATE INDEX delivery_standby ON delivery(repository_id, id) WHERE state = 'standby';
        ALTER TABLE node ADD COLUMN farm_cursor TEXT;
        ALTER TABLE repository ADD COLUMN ref_count INTEGER;
        """

    /// What the farm announced and no endpoint here was to get was kept for good. What stands by is settled for one endpoint at a time.
    private static let sixth = """
        DELETE FROM event
            WHERE change_id IS NULL AND published <> 0 AND NOT EXISTS (SELECT 1 FROM delivery WHERE event_id = event.id);
        DROP INDEX delivery_standby;
        CREATE INDEX delivery_standby ON delivery(repository_id, endpoint, id) WHERE state = 'standby';
        """
}
