import Glibc
package import HearthRegistry
import HearthRegistryPostgres
import HearthRegistrySQLite

extension RegistryLocation {
    /// What the registry's database is now; changes nothing.
    ///
    /// Throws what ``PostgresSchema/status()`` and ``SQLiteSchema/status(path:)`` throw.
    package func schemaStatus() throws(RegistryError) -> SchemaStatus {
        switch self {
        case .file(let path): try SQLiteSchema.status(path: path)
        case .postgres(let text): try PostgresSchema(PostgresLocation(text), pause: Self.pause).status()
        }
    }

    /// Applies the steps that are missing, beside programs that read and write; `report` is told of each step of a
    /// PostgreSQL database before it runs.
    ///
    /// - Returns: how many were applied.
    package func upgradeSchema(report: (SchemaStep) -> Void) throws(RegistryError) -> Int {
        switch self {
        case .file(let path): try SQLiteSchema.upgrade(path: path)
        case .postgres(let text): try PostgresSchema(PostgresLocation(text), pause: Self.pause).upgrade(report: report)
        }
    }

    /// Undoes the steps above `version` of a PostgreSQL database; see ``PostgresSchema/downgrade(to:report:)``.
    ///
    /// - Returns: how many were undone.
    /// - Throws: `.refused` for a file too: no older program has one.
    package func downgradeSchema(
        to version: Int64, report: (SchemaStep) -> Void
    ) throws(RegistryError) -> Int {
        switch self {
        case .file(let path):
            throw RegistryError(
                .refused, "\(path) is a SQLite registry, which no older program reads",
                hint: "there is nothing to go back to; to start anew, move the file away")
        case .postgres(let text):
            return try PostgresSchema(PostgresLocation(text), pause: Self.pause).downgrade(to: version, report: report)
        }
    }

    /// Waits between two attempts for a lock.
    private static func pause(_ duration: Duration) {
        poll(nil, 0, Int32(clamping: duration.components.seconds * 1000))
    }
}
