import GRDB
import HearthCore
import HearthRegistry

/// Brings a database to the newest schema, and refuses one that is not a registry or is newer than this program.
struct Migrator {
    /// `HRTH`: what `PRAGMA application_id` says of a registry.
    ///
    /// No other application's file is ever written to.
    static let applicationID: Int64 = 0x4852_5448

    enum State: Equatable {
        /// An empty database, which may become a registry.
        case empty
        /// A registry; `applied` steps are done.
        case registry(applied: Int)
    }

    var migrations = Migration.all
    /// Names the file in errors.
    var path: String

    /// What the database is.
    ///
    /// Reads only. Throws `.corrupt` for a foreign file or a changed step, `.refused` for a newer schema.
    func state(of database: Database) throws -> State {
        // The objects first: another process may make the registry between the two, identity and objects in one step.
        let objects = try integer(database, "SELECT COUNT(*) FROM sqlite_master")
        let identity = try integer(database, "PRAGMA application_id")
        guard identity == Self.applicationID else {
            guard identity == 0, objects == 0 else {
                throw RegistryError(
                    .corrupt, "\(path) is a SQLite database of another application (application_id \(identity ?? 0))",
                    hint: "give the path of a registry, or of no file to make one")
            }
            return .empty
        }
        return .registry(applied: try checkedSteps(database))
    }

    /// Applies what is missing, within the caller's transaction.
    ///
    /// A process that did so first leaves nothing to do.
    func migrate(_ database: Database, at now: Timestamp) throws {
        let applied: Int
        switch try state(of: database) {
        case .registry(let count): applied = count
        case .empty:
            applied = 0
            try database.execute(
                sql: """
                    PRAGMA application_id = \(Self.applicationID);
                    CREATE TABLE schema_migrations (
                        version INTEGER PRIMARY KEY,
                        name TEXT NOT NULL,
                        checksum TEXT NOT NULL,
                        applied_at INTEGER NOT NULL
                    ) STRICT;
                    """)
        }
        for migration in migrations.dropFirst(applied) {
            try database.execute(sql: migration.sql)
            try database.execute(
                sql: "INSERT INTO schema_migrations (version, name, checksum, applied_at) VALUES (?, ?, ?, ?)",
                arguments: [migration.version, migration.name, migration.checksum, now.microseconds])
        }
    }

    /// The number of applied steps, after comparing each with this program's.
    private func checkedSteps(_ database: Database) throws -> Int {
        let rows = try Row.fetchAll(
            database, sql: "SELECT version, name, checksum FROM schema_migrations ORDER BY version")
        for (index, row) in rows.enumerated() {
            var reader = RowReader(row, of: "schema_migrations", at: path)
            let version = try reader.integer("version")
            let name = try reader.text("name")
            let checksum = try reader.text("checksum")
            guard index < migrations.count else {
                throw RegistryError(
                    .refused,
                    "\(path) has schema \(version) (\(name)); this program knows schemas up to \(migrations.count)",
                    hint: "update this program to the version that wrote the registry")
            }
            let known = migrations[index]
            guard version == known.version, checksum == known.checksum else {
                throw RegistryError(
                    .corrupt,
                    "\(path) has schema step \(version) (\(name)) with checksum \(checksum); "
                        + "step \(known.version) (\(known.name)) with \(known.checksum) was expected",
                    hint: "the schema was changed by hand or by another build; restore a backup")
            }
        }
        return rows.count
    }

    private func integer(_ database: Database, _ sql: String) throws -> Int64? {
        guard let row = try Row.fetchOne(database, sql: sql) else { return nil }
        var reader = RowReader(row, of: sql, at: path)
        return try reader.integer("value")
    }
}
