package import HearthCore
package import HearthRegistry

extension PostgresRegistryStore: MetricStore {
    package func append(_ rows: [MetricRow]) throws(RegistryError) {
        guard !rows.isEmpty else { return }
        try writer.transaction { (connection) throws(RegistryError) in
            try connection.execute("BEGIN")
        } _: { (connection) throws(RegistryError) in
            for row in rows {
                _ = try connection.query(
                    """
                    INSERT INTO ml_metrics (metric_type, entity_id, metric_value, timestamp, extra_data)
                    VALUES ($1, $2, $3, $4, $5::jsonb)
                    """,
                    [
                        .text(row.name), .text(row.entityID), .double(row.value), .time(row.at), .text(row.extraJSON),
                    ])
            }
        }
    }

    package func metrics(
        _ name: String?, since: Timestamp, limit: Int
    ) throws(RegistryError) -> [MetricRow] {
        try list(
            """
            SELECT metric_type::text, entity_id::text, metric_value::float8, timestamp::timestamptz,
                coalesce(extra_data, '{}')::text
            FROM ml_metrics WHERE timestamp >= $1 \(name == nil ? "" : "AND metric_type = $3")
            ORDER BY timestamp DESC, id DESC LIMIT $2::bigint
            """,
            [.time(since), .integer(Int64(clamping: limit))] + (name.map { [.text($0)] } ?? []), of: "ml_metrics"
        ) { (reader) throws(RegistryError) in
            MetricRow(
                name: try reader.text("metric_type"), entityID: try reader.optionalText("entity_id"),
                value: try reader.optionalDouble("metric_value") ?? .nan, at: try reader.time("timestamp"),
                extraJSON: try reader.text("extra_data"))
        }
    }

    package func removeMetrics(_ names: [String], before: Timestamp) throws(RegistryError) -> Int {
        try writer.transaction { (connection) throws(RegistryError) in
            try connection.execute("BEGIN")
        } _: { (connection) throws(RegistryError) in
            var count = 0
            for name in names {
                count += try connection.query(
                    "DELETE FROM ml_metrics WHERE metric_type = $1 AND timestamp < $2", [.text(name), .time(before)]
                ).changedCount
            }
            return count
        }
    }
}
