import GRDB
package import HearthCore
package import HearthRegistry

extension SQLiteRegistryStore: MetricStore {
    package func append(_ rows: [MetricRow]) throws(RegistryError) {
        guard !rows.isEmpty else { return }
        try write { database in
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO ml_metrics (metric_type, entity_id, metric_value, timestamp, extra_data)
                    VALUES (?, ?, ?, ?, ?)
                    """)
            for row in rows {
                try statement.execute(
                    arguments: [row.name, row.entityID, row.value, row.at.microseconds, row.extraJSON])
            }
        }
    }

    package func metrics(
        _ name: String?, since: Timestamp, limit: Int
    ) throws(RegistryError) -> [MetricRow] {
        try list(
            """
            SELECT metric_type, entity_id, metric_value, timestamp, extra_data FROM ml_metrics
            WHERE timestamp >= ? \(name == nil ? "" : "AND metric_type = ?") ORDER BY timestamp DESC, id DESC
            """,
            arguments: [since.microseconds] + (name.map { [$0] } ?? []), of: "ml_metrics", limit: limit
        ) { (reader) throws(RegistryError) in
            MetricRow(
                name: try reader.text("metric_type"), entityID: try reader.optionalText("entity_id"),
                value: try reader.optionalDouble("metric_value") ?? .nan, at: try reader.time("timestamp"),
                extraJSON: try reader.text("extra_data"))
        }
    }

    package func removeMetrics(_ names: [String], before: Timestamp) throws(RegistryError) -> Int {
        try write { database in
            var count = 0
            for name in names {
                try database.execute(
                    sql: "DELETE FROM ml_metrics WHERE metric_type = ? AND timestamp < ?",
                    arguments: [name, before.microseconds])
                count += database.changesCount
            }
            return count
        }
    }
}
