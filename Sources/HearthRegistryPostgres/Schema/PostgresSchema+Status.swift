package import HearthRegistry

extension PostgresSchema {
    /// What the database is now; changes nothing.
    ///
    /// Throws what ``steps()`` throws.
    package func status() throws(RegistryError) -> SchemaStatus {
        let columns = try columns()
        let table: SchemaStatus.Table =
            if columns.isEmpty {
                .absent
            } else if columns["model_path"] == nil || columns["model_data"] == true {
                .old
            } else {
                columns["model_id"] == nil ? .migrated : .registry
            }
        return SchemaStatus(
            place: connection.place, steps: try steps(), table: table, rows: try rowCounts(columns))
    }

    /// Counts the rows of `ml_models`, by null bits and stored lengths: no BLOB is read.
    package func rowCounts() throws(RegistryError) -> ModelRowCounts { try rowCounts(try columns()) }

    private func rowCounts(_ columns: [String: Bool]) throws(RegistryError) -> ModelRowCounts {
        var counts = ModelRowCounts()
        guard columns["model_data"] != nil else { return counts }
        let path = columns["model_path"] == nil ? "NULL::text" : "model_path"
        let modelID = columns["model_id"] == nil ? "NULL::text" : "model_id"
        let result = try connection.query(
            """
            SELECT count(*), count(*) FILTER (WHERE model_data IS NOT NULL AND \(path) IS NULL),
                count(*) FILTER (WHERE model_data IS NULL AND \(path) IS NOT NULL),
                count(*) FILTER (WHERE model_data IS NOT NULL AND \(path) IS NOT NULL), count(\(modelID)),
                coalesce(sum(octet_length(model_data)), 0)::bigint
            FROM ml_models
            """)
        var reader = RowReader(result, row: 0, of: "ml_models", at: connection.place)
        counts.total = try reader.integer("count")
        counts.blobOnly = try reader.integer("count")
        counts.pathOnly = try reader.integer("count")
        counts.both = try reader.integer("count")
        counts.registered = try reader.integer("count")
        counts.blobByteCount = try reader.integer("sum")
        return counts
    }

    /// The columns of `ml_models` that tell its shapes apart, and whether each is NOT NULL; none without a table.
    private func columns() throws(RegistryError) -> [String: Bool] {
        let result = try connection.query(
            """
            SELECT attname::text, attnotnull FROM pg_attribute
            WHERE attrelid = to_regclass('ml_models') AND attnum > 0 AND NOT attisdropped
                AND attname IN ('id', 'model_data', 'model_path', 'model_id')
            """)
        var columns: [String: Bool] = [:]
        for row in 0..<result.rowCount {
            var reader = RowReader(result, row: row, of: "pg_attribute", at: connection.place)
            columns[try reader.text("attname")] = try reader.bool("attnotnull")
        }
        return columns
    }
}
