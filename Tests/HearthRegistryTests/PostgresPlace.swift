import HearthRegistry
import HearthRegistryPostgres
import HearthTestSupport

/// A database of its own on the tests' server.
final class PostgresPlace: RegistryPlace {
    let location: PostgresLocation

    init() throws {
        location = try PostgresLocation(PostgresServer.shared().makeDatabase())
        try PostgresSchema(location, pause: { _ in }).upgrade()
    }

    func open() throws -> any RegistryStore {
        PostgresRegistryStore(location)
    }
}
