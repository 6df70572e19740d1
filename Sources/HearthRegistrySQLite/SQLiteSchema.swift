import GRDB
import HearthCore
package import HearthRegistry

/// The schema of a registry's file, for the person who looks after it. Every store that opens the file for writing
/// brings it up to date by itself.
package enum SQLiteSchema {
    /// What the file is now; makes and changes nothing.
    ///
    /// - Throws: `.unavailable` when there is no such file; `.refused` for a newer schema; `.corrupt` for a file that
    ///   is no registry or a step that was changed.
    package static func status(path: String) throws(RegistryError) -> SchemaStatus {
        let opener = RegistryOpener(path: path, options: .init())
        try opener.checkPlace(creates: false)
        let migrator = Migrator(path: path)
        return try opener.connect(.readOnly).read { database in
            var applied: [Timestamp] = []
            if try migrator.state(of: database) != .empty {
                for row in try Row.fetchAll(
                    database, sql: "SELECT applied_at FROM schema_migrations ORDER BY version")
                {
                    var reader = RowReader(row, of: "schema_migrations", at: path)
                    applied.append(Timestamp(microseconds: try reader.integer("applied_at")))
                }
            }
            let steps = migrator.migrations.enumerated().map { index, migration in
                SchemaStep(
                    version: migration.version, name: migration.name, checksum: migration.checksum,
                    appliedAt: index < applied.count ? applied[index] : nil)
            }
            return SchemaStatus(
                place: path, steps: steps, table: applied.isEmpty ? .absent : .registry,
                rows: try applied.isEmpty ? ModelRowCounts() : rowCounts(database, path))
        }
    }

    /// Makes the registry, or applies the steps that are missing.
    ///
    /// - Returns: how many were applied.
    /// - Throws: what ``SQLiteRegistryStore/open(path:mode:options:)`` throws.
    package static func upgrade(path: String) throws(RegistryError) -> Int {
        let pending: Int
        do throws(RegistryError) {
            pending = try status(path: path).pendingCount
        } catch {
            guard error.code == .unavailable else { throw error }
            pending = Migration.all.count
        }
        _ = try SQLiteRegistryStore.open(path: path)
        return pending
    }

    private static func rowCounts(_ database: Database, _ path: String) throws -> ModelRowCounts {
        var counts = ModelRowCounts()
        let row = try Row.fetchOne(
            database,
            sql: """
                SELECT count(*), count(*) FILTER (WHERE model_data IS NOT NULL AND model_path IS NULL),
                    count(*) FILTER (WHERE model_data IS NULL AND model_path IS NOT NULL),
                    count(*) FILTER (WHERE model_data IS NOT NULL AND model_path IS NOT NULL), count(model_id),
                    coalesce(sum(length(model_data)), 0)
                FROM ml_models
                """)
        guard let row else { return counts }
        var reader = RowReader(row, of: "ml_models", at: path)
        counts.total = try reader.integer("count")
        counts.blobOnly = try reader.integer("count")
        counts.pathOnly = try reader.integer("count")
        counts.both = try reader.integer("count")
        counts.registered = try reader.integer("count")
        counts.blobByteCount = try reader.integer("sum")
        return counts
    }
}
