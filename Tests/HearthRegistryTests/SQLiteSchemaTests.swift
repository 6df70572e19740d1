import GRDB
import HearthCore
import HearthRegistry
import HearthTestSupport
import Testing

@testable import HearthRegistrySQLite

@Suite struct SQLiteSchemaTests {
    private let folder: TemporaryFolder
    private let path: String

    init() throws {
        folder = try TemporaryFolder()
        path = folder.file(SQLiteRegistryStore.fileName)
        _ = try SQLiteRegistryStore.open(path: path)
    }

    private func refusal(_ mode: SQLiteRegistryStore.Mode = .readWrite) -> RegistryError? {
        failure { () throws(RegistryError) in try SQLiteRegistryStore.open(path: path, mode: mode) }
    }

    @Test func `R45 to R56 the specification's columns come first, in its order`() throws {
        let columns = try RawDatabase(path).texts("SELECT name FROM pragma_table_xinfo('ml_models')")
        #expect(
            columns == [
                "id", "model_type", "metric_type", "model_data", "model_path", "parameters", "training_date",
                "accuracy", "precision", "recall", "is_active", "created_at",
                "model_id", "name", "status", "symbol", "timeframe", "size_bytes", "manifest_digest", "metrics",
                "promoted_at", "promoted_by", "pinned", "error",
            ])
    }

    @Test func `R57 R58 the specification's indexes are there`() throws {
        let raw = try RawDatabase(path)
        #expect(
            try raw.texts("SELECT name FROM pragma_index_info('idx_ml_models_type_active')")
                == ["model_type", "metric_type", "is_active"])
        #expect(try raw.texts("SELECT name FROM pragma_index_info('idx_ml_models_path')") == ["model_path"])
    }

    @Test func `C13 is_active says whether the artifact may be loaded`() throws {
        let store = try SQLiteRegistryStore.open(path: path)
        for number in 1...4 {
            try store.register(Sample.version(number, status: number == 4 ? .failed : .success), actor: "trainer")
        }
        let name = try Sample.name()
        _ = try store.promote(Sample.id(1), of: name, expectedGeneration: nil, actor: "ali", reason: "")
        try store.archive(Sample.id(3), actor: "ali", reason: "")
        let raw = try RawDatabase(path)
        let active = "SELECT CAST(is_active AS TEXT) FROM ml_models ORDER BY id"
        #expect(try raw.texts(active) == ["1", "1", "0", "0"])
        try raw.execute("UPDATE ml_models SET model_path = NULL WHERE model_id = '\(Sample.id(2))'")
        #expect(try raw.texts(active) == ["1", "0", "0", "0"])
    }

    @Test func `C21 the database itself refuses a second production version`() throws {
        let store = try SQLiteRegistryStore.open(path: path)
        for number in 1...2 { try store.register(Sample.version(number), actor: "trainer") }
        let raw = try RawDatabase(path)
        #expect(throws: (any Error).self) { try raw.execute("UPDATE ml_models SET status = 'production'") }
    }

    @Test func `opening again changes nothing`() throws {
        let store = try SQLiteRegistryStore.open(path: path)
        try store.register(Sample.version(1), actor: "trainer")
        let hint = try store.changeHint()
        let files = try RegistryFiles(of: path)
        for mode in [SQLiteRegistryStore.Mode.readWrite, .readOnly] {
            #expect(try SQLiteRegistryStore.open(path: path, mode: mode).headVersion() == 1)
        }
        #expect(try store.changeHint() == hint)
        #expect(try RegistryFiles(of: path).contents == files.contents)
    }

    @Test func `a schema step that was changed is refused`() throws {
        try RawDatabase(path).execute("UPDATE schema_migrations SET checksum = 'beef' WHERE version = 1")
        for mode in [SQLiteRegistryStore.Mode.readWrite, .readOnly] {
            let error = refusal(mode)
            #expect(error?.code == .corrupt)
            #expect(
                error?.message == "\(path) has schema step 1 (registry) with checksum beef; step 1 (registry) with "
                    + "\(Migration.all[0].checksum) was expected")
        }
    }

    @Test func `a newer schema is refused`() throws {
        try RawDatabase(path).execute("INSERT INTO schema_migrations VALUES (4, 'future', 'beef', 0)")
        for mode in [SQLiteRegistryStore.Mode.readWrite, .readOnly] {
            let error = refusal(mode)
            #expect(error?.code == .refused)
            #expect(
                error?.description == "\(path) has schema 4 (future); this program knows schemas up to 3; "
                    + "update this program to the version that wrote the registry")
        }
    }

    @Test func `the next schema step is applied once, to the data that is there`() throws {
        let store = try SQLiteRegistryStore.open(path: path)
        try store.register(Sample.version(1), actor: "trainer")
        let raw = try RawDatabase(path)
        var migrator = Migrator(path: path)
        let note = Migration(version: 4, name: "note", sql: "ALTER TABLE ml_models ADD COLUMN note TEXT")
        migrator.migrations.append(note)
        for _ in 0..<2 {
            try raw.queue.writeWithoutTransaction { database in
                try migrator.migrate(database, at: Timestamp(microseconds: 7))
            }
        }
        let steps = try raw.texts("SELECT name FROM schema_migrations ORDER BY version")
        #expect(steps == ["registry", "leases", "ml_metrics", "note"])
        #expect(try raw.integer("SELECT COUNT(*) FROM ml_models WHERE note IS NULL") == 1)
    }

    @Test func `a registry of the first schema is brought up to date with what is in it`() throws {
        let old = folder.file("old.sqlite")
        let queue = try RawDatabase(old).queue
        try queue.writeWithoutTransaction { database in
            var migrator = Migrator(path: old)
            migrator.migrations = Array(Migration.all.prefix(1))
            try migrator.migrate(database, at: Timestamp(microseconds: 7))
        }
        try queue.close()
        #expect(try SQLiteSchema.status(path: old).pendingCount == 2)
        let store = try SQLiteRegistryStore.open(path: old)
        try store.register(Sample.version(1), actor: "trainer")
        try store.renewLeases(holder: "a", modelIDs: [Sample.id(1)], until: Timestamp(microseconds: .max / 2))
        #expect(try SQLiteSchema.status(path: old).pendingCount == 0)
    }

    @Test func `a reader waits for the owner to bring the schema up to date`() throws {
        try RawDatabase(path).execute("DELETE FROM schema_migrations")
        #expect(refusal(.readOnly)?.code == .unavailable)
    }

    @Test func `a missing table is a damaged registry`() throws {
        try RawDatabase(path).execute("DROP TABLE production_pointers")
        let store = try SQLiteRegistryStore.open(path: path)
        #expect(failure { () throws(RegistryError) in try store.productionSnapshot() }?.code == .corrupt)
    }

    @Test func `checksums are FNV-1a of 64 bits`() {
        #expect(Migration(version: 1, name: "", sql: "").checksum == "cbf29ce484222325")
        #expect(Migration(version: 1, name: "", sql: "foobar").checksum == "85944171f73967e8")
    }
}
