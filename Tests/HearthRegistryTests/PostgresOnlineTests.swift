import HearthCore
import HearthRegistry
import HearthRegistryPostgres
import HearthTestSupport
import Synchronization
import Testing

/// The schema changes while others read and write.
@Suite struct PostgresOnlineTests {
    private let server: PostgresServer
    private let database: String
    private let location: PostgresLocation

    init() throws {
        server = try PostgresServer.shared()
        let text = try server.makeDatabase()
        database = String(text.split(separator: "/")[2].prefix { $0 != "?" })
        location = try PostgresLocation(text)
        _ = try server.psql(
            database,
            """
            CREATE TABLE ml_models (
                id SERIAL PRIMARY KEY, model_type VARCHAR(50) NOT NULL, metric_type VARCHAR(50) NOT NULL,
                model_data BYTEA NOT NULL, parameters JSONB, training_date TIMESTAMPTZ NOT NULL,
                accuracy DOUBLE PRECISION, precision DOUBLE PRECISION, recall DOUBLE PRECISION,
                is_active BOOLEAN NOT NULL DEFAULT TRUE, created_at TIMESTAMPTZ DEFAULT NOW());
            INSERT INTO ml_models (model_type, metric_type, model_data, training_date)
                SELECT 'isolation_forest', 'series_' || n % 100, '\\x8004'::bytea, NOW()
                FROM generate_series(1, 20000) n;
            """)
    }

    /// Reads and writes as an old replica does until `body` ends; returns what it counted, how many calls there were,
    /// and the nanoseconds of the longest.
    private func underOldReplica(
        _ body: () throws -> Int
    ) throws -> (count: Int, calls: Int, longest: Int64) {
        let isOver = Atomic(false)
        let result = Mutex((calls: 0, longest: Int64(0), failures: [String]()))
        let (server, database) = (server, database)
        let replica = try SystemThread(name: "replica") {
            while !isOver.load(ordering: .relaxed) {
                let began = MonotonicTime.now()
                var failure: String?
                do {
                    _ = try server.psql(
                        database,
                        """
                        SELECT length(model_data) FROM ml_models WHERE metric_type = 'series_7' AND is_active
                            ORDER BY training_date DESC LIMIT 1;
                        INSERT INTO ml_models (model_type, metric_type, model_data, training_date)
                            VALUES ('z_score', 'series_7', '\\x80'::bytea, NOW())
                        """)
                } catch {
                    failure = "\(error)"
                }
                let time = MonotonicTime.now() - began
                result.withLock { result in
                    result.calls += 1
                    result.longest = max(result.longest, time)
                    if let failure { result.failures.append(failure) }
                }
            }
        }
        defer { replica.join() }
        let count: Int
        do {
            defer { isOver.store(true, ordering: .relaxed) }
            count = try body()
        }
        replica.join()
        let (calls, longest, failures) = result.withLock { $0 }
        #expect(failures == [])
        return (count, calls, longest)
    }

    @Test func `R5 R94 C26 an upgrade waits for a long transaction, and nobody waits for the upgrade`() throws {
        let session = try server.session(database)
        defer { session.end() }
        try session.run("BEGIN; LOCK TABLE ml_models IN ACCESS SHARE MODE")
        var pauses = 0
        let (count, calls, longest) = try underOldReplica {
            let schema = try PostgresSchema(location) { _ in
                pauses += 1
                // The step gave up its place in the queue; the long transaction ends, and the next attempt succeeds.
                if pauses == 1 { _ = try? session.run("COMMIT") }
            }
            return try schema.upgrade()
        }
        #expect(count == 4)
        #expect(pauses >= 1)
        #expect(calls > 0)
        // Two seconds in the queue, and what a call takes on a busy machine.
        #expect(longest < 20_000_000_000, "\(longest) ns")
        #expect(try server.psql(database, "SELECT count(*) >= 20000, count(model_path) FROM ml_models") == "t|0\n")
    }

    @Test func `R100 C23 a downgrade runs beside readers and writers of model_data`() throws {
        try PostgresSchema(location) { _ in }.upgrade()
        let (count, calls, longest) = try underOldReplica {
            try PostgresSchema(location) { _ in }.downgrade(to: 1)
        }
        #expect(count == 3)
        #expect(calls > 0 && longest < 20_000_000_000)
        #expect(
            try server.psql(
                database,
                """
                SELECT count(*) FILTER (WHERE attname = 'model_data' AND attnotnull), count(*)
                FROM pg_attribute WHERE attrelid = 'ml_models'::regclass AND attnum > 0 AND NOT attisdropped
                """) == "1|11\n")
        #expect(
            try server.psql(
                database, "SELECT count(*) FROM pg_constraint WHERE conrelid = 'ml_models'::regclass AND contype = 'c'")
                == "0\n")
    }

    @Test func `status tells the shapes of the table apart and counts its rows`() throws {
        let schema = try PostgresSchema(location) { _ in }
        let old = try schema.status()
        #expect(old.table == .old && old.pendingCount == 4)
        #expect(old.rows.total == 20_000 && old.rows.blobOnly == 20_000 && old.rows.blobByteCount == 40_000)
        #expect(old.steps.allSatisfy { $0.checksum.utf8.count == 16 })
        try schema.upgrade()
        _ = try server.psql(
            database,
            """
            UPDATE ml_models SET model_path = 'a.pkl' WHERE id <= 3;
            UPDATE ml_models SET model_data = NULL WHERE id IN (1, 4)
            """)
        let new = try schema.status()
        #expect(new.table == .registry && new.pendingCount == 0)
        #expect(new.rows.both == 2 && new.rows.pathOnly == 1 && new.rows.neither == 1)
        #expect(new.rows.blobOnly == 19_996 && new.rows.missingBlobs == 2 && new.rows.registered == 0)
        let (_, empty) = try Self.emptyDatabase(server)
        let absent = try PostgresSchema(empty) { _ in }.status()
        #expect(absent.table == .absent && absent.rows == ModelRowCounts())
    }

    private static func emptyDatabase(_ server: PostgresServer) throws -> (String, PostgresLocation) {
        let text = try server.makeDatabase()
        return (text, try PostgresLocation(text))
    }
}
