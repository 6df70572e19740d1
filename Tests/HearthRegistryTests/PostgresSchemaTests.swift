import Glibc
import HearthCore
import HearthRegistry
import HearthRegistryPostgres
import HearthTestSupport
import Testing

/// The way from the table that a Python program made to the newest schema, and back.
@Suite struct PostgresSchemaTests {
    /// The specification's table before its migration, with rows.
    private static let oldTable = """
        CREATE TABLE ml_models (
            id SERIAL PRIMARY KEY, model_type VARCHAR(50) NOT NULL, metric_type VARCHAR(50) NOT NULL,
            model_data BYTEA NOT NULL, parameters JSONB, training_date TIMESTAMPTZ NOT NULL,
            accuracy DOUBLE PRECISION, precision DOUBLE PRECISION, recall DOUBLE PRECISION,
            is_active BOOLEAN NOT NULL DEFAULT TRUE, created_at TIMESTAMPTZ DEFAULT NOW());
        INSERT INTO ml_models (model_type, metric_type, model_data, training_date) VALUES
            ('isolation_forest', 'stok_seviye', '\\x8004'::bytea, NOW()),
            ('isolation_forest', 'tuketim_miktar', '\\x8005'::bytea, NOW());
        """

    private static func place() throws -> (server: PostgresServer, database: String, location: PostgresLocation) {
        let server = try PostgresServer.shared()
        let text = try server.makeDatabase()
        let database = String(text.split(separator: "/")[2].prefix { $0 != "?" })
        return (server, database, try PostgresLocation(text))
    }

    private static func schema(_ location: PostgresLocation) throws -> PostgresSchema {
        try PostgresSchema(location) { _ in _ = poll(nil, 0, 50) }
    }

    @Test func `R43 R94 C26 the table of a Python program is upgraded in place and its programs go on`() throws {
        let (server, database, location) = try Self.place()
        _ = try server.psql(database, Self.oldTable)
        #expect(try Self.schema(location).upgrade() == 4)
        #expect(try Self.schema(location).upgrade() == 0)
        // As an old replica writes and reads.
        _ = try server.psql(
            database,
            """
            INSERT INTO ml_models (model_type, metric_type, model_data, training_date)
            VALUES ('z_score', 'stok_seviye', '\\x80'::bytea, NOW())
            """)
        #expect(
            try server.psql(database, "SELECT count(*), count(model_data), count(model_path) FROM ml_models")
                == "3|3|0\n")
        let store = PostgresRegistryStore(location)
        #expect(try store.versions(of: nil, limit: 10).isEmpty)
        try store.register(Sample.version(1), actor: "trainer")
        #expect(try store.versions(of: nil, limit: 10).count == 1)
        #expect(
            try server.psql(
                database,
                "SELECT model_data IS NULL, model_path IS NOT NULL, is_active FROM ml_models WHERE name IS NOT NULL")
                == "t|t|t\n")
    }

    @Test func `R45 to R58 the columns and indices are the specification's`() throws {
        let (server, database, location) = try Self.place()
        try Self.schema(location).upgrade()
        let columns = try server.psql(
            database,
            """
            SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
            FROM information_schema.columns
            WHERE table_name = 'ml_models' AND ordinal_position <= 12 ORDER BY ordinal_position
            """)
        #expect(
            columns == """
                id|integer||NO|nextval('ml_models_id_seq'::regclass)
                model_type|character varying|50|NO|
                metric_type|character varying|50|NO|
                model_data|bytea||YES|
                parameters|jsonb||YES|
                training_date|timestamp with time zone||NO|
                accuracy|double precision||YES|
                precision|double precision||YES|
                recall|double precision||YES|
                is_active|boolean||NO|true
                created_at|timestamp with time zone||YES|now()
                model_path|character varying|500|YES|

                """)
        let indices = try server.psql(
            database, "SELECT indexdef FROM pg_indexes WHERE tablename = 'ml_models' ORDER BY indexname")
        for definition in [
            "UNIQUE INDEX ml_models_pkey ON public.ml_models USING btree (id)",
            "INDEX idx_ml_models_type_active ON public.ml_models USING btree (model_type, metric_type, is_active)",
            "INDEX idx_ml_models_path ON public.ml_models USING btree (model_path)",
            "UNIQUE INDEX idx_ml_models_one_production ",
        ] {
            #expect(indices.contains(definition), "\(indices)")
        }
    }

    @Test func `R44 C23 a downgrade is refused with a count while rows have no model_data`() throws {
        let (server, database, location) = try Self.place()
        _ = try server.psql(database, Self.oldTable)
        let schema = try Self.schema(location)
        try schema.upgrade()
        try PostgresRegistryStore(location).register(Sample.version(1), actor: "trainer")
        let refusal = failure { () throws(RegistryError) in try schema.downgrade(to: 1) }
        #expect(refusal?.code == .refused)
        #expect(refusal?.message.contains("1 rows") == true)
        #expect(try schema.steps().allSatisfy { $0.appliedAt != nil }, "nothing was undone")
        _ = try server.psql(database, "UPDATE ml_models SET model_data = '\\x80'::bytea WHERE model_data IS NULL")
        #expect(try schema.downgrade(to: 1) == 3)
        #expect(
            try server.psql(
                database,
                """
                SELECT is_nullable FROM information_schema.columns
                WHERE table_name = 'ml_models' AND column_name = 'model_data'
                """
            ) == "NO\n")
        #expect(
            try server.psql(
                database,
                "SELECT count(*) FROM information_schema.columns WHERE table_name = 'ml_models'") == "11\n")
        #expect(try schema.upgrade() == 3)
    }

    @Test func `two programs that upgrade at once make one schema`() throws {
        let (_, _, location) = try Self.place()
        let schemas = [try Self.schema(location), try Self.schema(location)]
        nonisolated(unsafe) let both = schemas
        try onThreads(2) { thread in try unsafe both[thread].upgrade() }
        #expect(try Self.schema(location).steps().map(\.version) == [1, 2, 3, 4])
    }

    @Test func `an index whose making was broken off is made again`() throws {
        let (server, database, location) = try Self.place()
        let schema = try Self.schema(location)
        try schema.upgrade()
        _ = try server.psql(
            database,
            """
            UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'idx_ml_models_model_id'::regclass;
            DELETE FROM hearth_migrations WHERE version >= 3;
            """)
        try schema.upgrade()
        #expect(
            try server.psql(
                database, "SELECT indisvalid FROM pg_index WHERE indexrelid = 'idx_ml_models_model_id'::regclass")
                == "t\n")
    }

    @Test func `a schema of a newer program and a changed step are refused`() throws {
        let (server, database, location) = try Self.place()
        let schema = try Self.schema(location)
        try schema.upgrade()
        _ = try server.psql(
            database, "INSERT INTO hearth_migrations (version, name, checksum) VALUES (5, 'later', 'x')")
        #expect(failure { () throws(RegistryError) in try schema.steps() }?.code == .refused)
        _ = try server.psql(
            database,
            """
            DELETE FROM hearth_migrations WHERE version = 5;
            UPDATE hearth_migrations SET checksum = 'x' WHERE version = 2
            """
        )
        #expect(failure { () throws(RegistryError) in try schema.upgrade() }?.code == .corrupt)
    }

    @Test func `without a schema the mend is named`() throws {
        let (_, _, location) = try Self.place()
        let error = failure { () throws(RegistryError) in try PostgresRegistryStore(location).headVersion() }
        #expect(error?.code == .unavailable)
        #expect(error?.hint.contains("hearth db upgrade") == true)
    }
}
