import HearthCore
import HearthRegistry
import HearthRegistryPostgres
import HearthTestSupport
import Testing

/// The pickle in a version's row (R41, R48).
@Suite struct ModelDataTests {
    private func check(_ store: any RegistryStore, write: (String) throws -> Void) throws {
        try store.register(Sample.version(1), actor: "trainer")
        let id = try Sample.id(1)
        #expect(try store.modelData(of: id, byteCountMax: 100) == nil)
        #expect(try store.modelData(of: Sample.id(2), byteCountMax: 100) == nil)
        try write(id.text)
        #expect(try store.modelData(of: id, byteCountMax: 4) == [0x80, 0x04, 0x00, 0x2E])
        let refusal = failure { () throws(RegistryError) in try store.modelData(of: id, byteCountMax: 3) }
        #expect(refusal?.code == .refused)
        #expect(refusal?.message.contains("has 4 bytes, at most 3 are read") == true)
    }

    @Test func `SQLite gives it whole, and refuses one beyond the limit`() throws {
        let place = try SQLitePlace()
        try check(try place.open()) { id in
            try RawDatabase(place.path).execute(
                "UPDATE ml_models SET model_data = x'8004002E' WHERE model_id = '\(id)'")
        }
    }

    @Test func `PostgreSQL gives it whole, and refuses one beyond the limit`() throws {
        let server = try PostgresServer.shared()
        let database = try server.makeDatabase()
        let location = try PostgresLocation(database)
        try PostgresSchema(location, pause: { _ in }).upgrade()
        try check(PostgresRegistryStore(location)) { id in
            _ = try server.psql(
                database, "UPDATE ml_models SET model_data = '\\x8004002e'::bytea WHERE model_id = '\(id)'")
        }
    }
}
