import Foundation
import HearthCore
import HearthRegistryPostgres
import HearthTestSupport

/// A model directory whose registry is a PostgreSQL database of its own.
final class PostgresShelf {
    let server: PostgresServer
    let shelf: ModelShelf
    /// The connection URL.
    let url: String
    private let database: String

    init(_ server: PostgresServer) throws {
        self.server = server
        url = try server.makeDatabase()
        database = String(url.split(separator: "/")[2].prefix { $0 != "?" })
        let location = try PostgresLocation(url)
        try PostgresSchema(location, pause: { _ in }).upgrade()
        shelf = try ModelShelf(store: PostgresRegistryStore(location))
    }

    /// Publishes a version, puts it into production, and the pickle, if there is one, into its row.
    func publish(series: String, pickle: [UInt8]? = nil) throws -> ModelID {
        let modelID = try shelf.publish(SampleModels.isolationForest(seed: 4), series: series, promotes: true)
        if let pickle {
            let file = try server.share(pickle)
            _ = try server.psql(
                database,
                "UPDATE ml_models SET model_data = pg_read_binary_file('\(file)') WHERE model_id = '\(modelID)'")
        }
        return modelID
    }
}
