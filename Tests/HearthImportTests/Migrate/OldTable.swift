import Foundation
import HearthArtifacts
import HearthRegistry
import HearthRegistryPostgres
import HearthTestSupport

/// A database whose `ml_models` a Python program made, and a model directory beside it.
final class OldTable {
    /// A pickle of an object of a class `uygulama.Model`: the application's own, which only it can compute.
    static let foreignPickle: [UInt8] =
        [0x80, 4, 0x8C, 8] + Array("uygulama".utf8) + [0x8C, 5] + Array("Model".utf8) + [0x93, 0x29, 0x81, 0x2E]

    let server: PostgresServer
    let database: String
    /// The connection URL.
    let url: String
    let location: PostgresLocation
    let folder: TemporaryFolder
    /// The model directory's path; not made yet.
    let models: String

    convenience init() throws { try self.init(PostgresServer.shared()) }

    init(_ server: PostgresServer) throws {
        self.server = server
        url = try server.makeDatabase()
        database = String(url.split(separator: "/")[2].prefix { $0 != "?" })
        location = try PostgresLocation(url)
        folder = try TemporaryFolder()
        models = folder.file("models")
        _ = try psql(
            """
            CREATE TABLE ml_models (
                id SERIAL PRIMARY KEY, model_type VARCHAR(50) NOT NULL, metric_type VARCHAR(50) NOT NULL,
                model_data BYTEA NOT NULL, parameters JSONB, training_date TIMESTAMPTZ NOT NULL,
                accuracy DOUBLE PRECISION, precision DOUBLE PRECISION, recall DOUBLE PRECISION,
                is_active BOOLEAN NOT NULL DEFAULT TRUE, created_at TIMESTAMPTZ DEFAULT NOW())
            """)
    }

    @discardableResult
    func psql(_ sql: String) throws -> String { try server.psql(database, sql) }

    /// Adds a row as the Python program does.
    func insert(_ bytes: [UInt8], series: String, type: String = "isolation_forest", isActive: Bool = true) throws {
        let path = try server.share(bytes)
        try psql(
            """
            INSERT INTO ml_models (model_type, metric_type, model_data, parameters, training_date, accuracy, is_active)
            VALUES ('\(type)', '\(series)', pg_read_binary_file('\(path)'), '{"n_estimators": 100}',
                '2025-11-12 12:00:00+00', 0.95, \(isActive))
            """)
    }

    func insert(file: String, series: String) throws { try insert(ImportSamples.bytes(file), series: series) }

    /// All rows, as the specification's columns have them.
    func content() throws -> String {
        try psql(
            """
            SELECT id, model_type, metric_type, md5(model_data), parameters, training_date, accuracy, precision, recall,
                is_active, created_at FROM ml_models ORDER BY id
            """)
    }

    /// Columns, whether they may be NULL, and constraints.
    func shape() throws -> String {
        try psql(
            """
            SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
            FROM information_schema.columns WHERE table_name = 'ml_models' ORDER BY column_name;
            SELECT conname, contype FROM pg_constraint WHERE conrelid = 'ml_models'::regclass ORDER BY conname
            """)
    }

    /// Everything of the table, of whatever shape.
    func dump() throws -> String { try psql("SELECT md5(m::text) FROM ml_models m ORDER BY id") + shape() }

    func hearth(_ arguments: String..., environment: [String: String] = [:]) throws -> ProgramRun {
        try ProgramRun(
            "hearth", arguments + ["--registry", url, "--models-dir", models], environment: environment)
    }

    func upgrade() throws { try PostgresSchema(location) { _ in }.upgrade() }
}
