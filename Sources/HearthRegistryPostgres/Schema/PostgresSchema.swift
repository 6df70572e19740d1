import HearthCore
package import HearthRegistry

/// The schema of a registry's database: what it is, and the way to the newest one.
///
/// Steps run while other programs read and write: no step locks readers out, a step that cannot get its lock within two
/// seconds lets the others pass and tries again, and one migration runs at a time.
package final class PostgresSchema {
    /// PostgreSQL 13, the oldest that is tested.
    private static let serverVersionMin = 130_000
    /// `HRTH`: the advisory lock of who changes the schema.
    private static let lock: Int64 = 0x4852_5448
    private static let lockAttemptCount = 60

    let connection: PostgresConnection
    private let migrations = PostgresMigration.all
    private let pause: (Duration) -> Void

    /// Connects.
    ///
    /// - Parameter pause: how to wait between attempts for a lock.
    /// - Throws: `.unavailable`; `.refused` for a server older than PostgreSQL 13.
    package init(_ location: PostgresLocation, pause: @escaping (Duration) -> Void) throws(RegistryError) {
        // An index over a large table takes its time.
        connection = try PostgresConnection(location, statementTimeout: .seconds(24 * 3600))
        self.pause = pause
        guard connection.serverVersion >= Self.serverVersionMin else {
            throw RegistryError(
                .refused, "\(connection.place): PostgreSQL \(connection.serverVersion / 10_000) found, 13 expected",
                hint: "update the server")
        }
    }

    /// All steps that this program knows, oldest first.
    ///
    /// - Throws: `.refused` for a schema newer than this program; `.corrupt` for a step that was changed.
    package func steps() throws(RegistryError) -> [SchemaStep] {
        let table = try connection.query("SELECT to_regclass('hearth_migrations') IS NOT NULL")
        var reader = RowReader(table, row: 0, of: "hearth_migrations", at: connection.place)
        guard try reader.bool("exists") else { return steps(applied: []) }
        let result = try connection.query(
            "SELECT version::bigint, name::text, checksum::text, applied_at::timestamptz FROM hearth_migrations "
                + "ORDER BY version")
        var applied: [Timestamp] = []
        for row in 0..<result.rowCount {
            var reader = RowReader(result, row: row, of: "hearth_migrations", at: connection.place)
            let version = try reader.integer("version")
            let name = try reader.text("name")
            let checksum = try reader.text("checksum")
            applied.append(try reader.time("applied_at"))
            guard row < migrations.count else {
                throw RegistryError(
                    .refused,
                    "\(connection.place) has schema \(version) (\(name)); this program knows schemas up to "
                        + "\(migrations.count)", hint: "update this program to the version that made the schema")
            }
            guard version == migrations[row].version, checksum == migrations[row].checksum else {
                throw RegistryError(
                    .corrupt,
                    "\(connection.place) has schema step \(version) (\(name)) with checksum \(checksum); step "
                        + "\(migrations[row].version) (\(migrations[row].name)) with \(migrations[row].checksum) "
                        + "was expected", hint: "the schema was made by another build; restore a backup")
            }
        }
        return steps(applied: applied)
    }

    /// Applies the steps that are missing; `report` is told of each before it runs.
    ///
    /// - Returns: how many were applied.
    @discardableResult
    package func upgrade(report: (SchemaStep) -> Void = { _ in }) throws(RegistryError) -> Int {
        try alone { () throws(RegistryError) in
            try connection.execute(
                """
                CREATE TABLE IF NOT EXISTS hearth_migrations (
                    version BIGINT PRIMARY KEY, name TEXT NOT NULL, checksum TEXT NOT NULL,
                    applied_at TIMESTAMPTZ NOT NULL DEFAULT NOW())
                """)
            let missing = try steps().filter { $0.appliedAt == nil }
            for step in missing {
                report(step)
                let migration = migrations[Int(step.version) - 1]
                try dropBrokenIndices()
                for statement in migration.upgrade { try runPatiently(statement) }
                _ = try connection.query(
                    "INSERT INTO hearth_migrations (version, name, checksum) VALUES ($1, $2, $3)",
                    [.integer(migration.version), .text(migration.name), .text(migration.checksum)])
            }
            return missing.count
        }
    }

    /// Undoes the steps above `version`, newest first; 0 also forgets that there were steps.
    ///
    /// Whether the older schema can hold the rows is settled before anything is undone, and holds until the end: a
    /// constraint that readers and writers do not wait for keeps rows without `model_data` away meanwhile.
    ///
    /// - Throws: `.refused` with a count when a row has no `model_data` and step 2 is to be undone (C23).
    /// - Returns: how many were undone.
    @discardableResult
    package func downgrade(to version: Int64, report: (SchemaStep) -> Void = { _ in }) throws(RegistryError) -> Int {
        try alone { () throws(RegistryError) in
            let applied = try steps().filter { $0.appliedAt != nil && $0.version > version }
            if applied.contains(where: { $0.version == 2 }) { try requireBlobs() }
            for step in applied.reversed() {
                report(step)
                for statement in migrations[Int(step.version) - 1].downgrade { try runPatiently(statement) }
                _ = try connection.query("DELETE FROM hearth_migrations WHERE version = $1", [.integer(step.version)])
            }
            if version == 0 { try runPatiently("DROP TABLE IF EXISTS hearth_migrations") }
            return applied.count
        }
    }

    /// Refuses rows without `model_data` from here on, and now.
    private func requireBlobs() throws(RegistryError) {
        try checkBlobs()
        let constraint = PostgresMigration.blobConstraint
        try runPatiently("ALTER TABLE ml_models DROP CONSTRAINT IF EXISTS \(constraint)")
        try runPatiently(
            "ALTER TABLE ml_models ADD CONSTRAINT \(constraint) CHECK (model_data IS NOT NULL) NOT VALID")
        do throws(RegistryError) {
            try runPatiently("ALTER TABLE ml_models VALIDATE CONSTRAINT \(constraint)")
        } catch {
            try runPatiently("ALTER TABLE ml_models DROP CONSTRAINT IF EXISTS \(constraint)")
            // A row came between.
            try checkBlobs()
            throw error
        }
    }

    private func checkBlobs() throws(RegistryError) {
        let count = try rowCounts().missingBlobs
        guard count > 0 else { return }
        throw RegistryError(
            .refused,
            "\(connection.place): \(count) rows of ml_models have no model_data, which the older schema wants",
            hint: "put their files back into the rows first: `hearth db downgrade` does so")
    }

    private func steps(applied: [Timestamp]) -> [SchemaStep] {
        migrations.enumerated().map { index, migration in
            SchemaStep(
                version: migration.version, name: migration.name, checksum: migration.checksum,
                appliedAt: index < applied.count ? applied[index] : nil)
        }
    }

    /// Runs `body` while no other program changes the schema.
    ///
    /// The lock is asked for again and again instead of being waited for: an index that is made beside readers waits
    /// for all running statements, also for one that waits.
    private func alone<Value>(_ body: () throws(RegistryError) -> Value) throws(RegistryError) -> Value {
        for attempt in 1... {
            let result = try connection.query("SELECT pg_try_advisory_lock($1::bigint)", [.integer(Self.lock)])
            var reader = RowReader(result, row: 0, of: "lock", at: connection.place)
            if try reader.bool("lock") { break }
            guard attempt < Self.lockAttemptCount else {
                throw RegistryError(
                    .unavailable, "\(connection.place): another program has been changing the schema for a minute",
                    hint: "let it end, then try again")
            }
            pause(.seconds(1))
        }
        defer {
            // A connection that is gone has lost the lock as well.
            do throws(RegistryError) {
                _ = try connection.query("SELECT pg_advisory_unlock($1::bigint)", [.integer(Self.lock)])
            } catch {}
        }
        return try body()
    }

    /// A statement that waits for its lock two seconds at most, so that those who queue behind it wait no longer.
    private func runPatiently(_ statement: String) throws(RegistryError) {
        for attempt in 1... {
            do throws(RegistryError) {
                // Making an index beside readers waits for running statements without keeping anybody out.
                try connection.execute("SET lock_timeout = '\(statement.contains("CONCURRENTLY") ? "0" : "2s")'")
                return try connection.execute(statement)
            } catch {
                guard error.state == "55P03", attempt < Self.lockAttemptCount else { throw error }
                pause(.seconds(1))
            }
        }
    }

    /// An index whose making was broken off is there and not used; `IF NOT EXISTS` would take it for made.
    private func dropBrokenIndices() throws(RegistryError) {
        let result = try connection.query(
            """
            SELECT quote_ident(c.relname)::text FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid
            WHERE NOT i.indisvalid AND (
                c.relname LIKE 'idx\\_ml\\_models\\_%' OR c.relname LIKE 'idx\\_ml\\_metrics\\_%')
                AND pg_table_is_visible(c.oid)
            """)
        for row in 0..<result.rowCount {
            var reader = RowReader(result, row: row, of: "pg_index", at: connection.place)
            try connection.execute("DROP INDEX CONCURRENTLY IF EXISTS \(try reader.text("relname"))")
        }
    }
}
