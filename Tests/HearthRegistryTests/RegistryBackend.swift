import HearthRegistry
import HearthRegistrySQLite
import HearthTestSupport
import Testing

/// One implementation of ``RegistryStore``, as the shared suites use it.
///
/// Every test of a `…Suite` runs once for each backend in ``all``. A new backend is one more entry there.
struct RegistryBackend: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// Makes an empty registry of its own for one test.
    var makePlace: @Sendable () throws -> any RegistryPlace

    static let sqlite = RegistryBackend(testDescription: "SQLite") { try SQLitePlace() }

    static let postgres = RegistryBackend(testDescription: "PostgreSQL") { try PostgresPlace() }

    static let all = [sqlite, postgres]
}

/// Where one registry is; gone at the end of its life.
protocol RegistryPlace: Sendable {
    /// Opens one more store on the same registry.
    func open() throws -> any RegistryStore
}

/// A registry file in a folder of its own.
final class SQLitePlace: RegistryPlace {
    let folder: TemporaryFolder
    var path: String { folder.file(SQLiteRegistryStore.fileName) }

    init() throws {
        folder = try TemporaryFolder()
    }

    func open() throws -> any RegistryStore {
        try SQLiteRegistryStore.open(modelDirectory: folder.path)
    }
}
