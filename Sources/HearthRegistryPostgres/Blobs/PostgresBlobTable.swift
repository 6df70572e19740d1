package import HearthRegistry

/// `ml_models` for who moves models between its rows and files: `hearth migrate blobs` and `hearth db downgrade`.
///
/// Holds one connection, used by one thread; one program at a time moves models, which ``init(_:)`` sees to. Other
/// programs read and write the table meanwhile.
package final class PostgresBlobTable {
    /// `HRTB`: the advisory lock of who moves models.
    private static let lock: Int64 = 0x4852_5442

    let connection: PostgresConnection

    /// Connects and takes the lock, which ends with the connection.
    ///
    /// - Throws: `.unavailable`, also when another program moves models.
    package init(_ location: PostgresLocation) throws(RegistryError) {
        // A row's statement lasts as long as what is done with the row.
        connection = try PostgresConnection(location, statementTimeout: .seconds(24 * 3600))
        let result = try connection.query("SELECT pg_try_advisory_lock($1::bigint)", [.integer(Self.lock)])
        var reader = RowReader(result, row: 0, of: "lock", at: connection.place)
        guard try reader.bool("lock") else {
            throw RegistryError(
                .unavailable, "\(connection.place): another program is moving models between rows and files",
                hint: "let it end, then run this again")
        }
    }

    /// The database, for people.
    package var place: String { connection.place }

    /// What there is to move, by the rows' null bits and stored lengths.
    package func counts() throws(RegistryError) -> BlobRowCounts {
        let result = try connection.query(
            """
            SELECT count(*) FILTER (WHERE model_path IS NULL AND octet_length(model_data) > 0),
                count(*) FILTER (WHERE model_path IS NOT NULL),
                count(*) FILTER (WHERE model_path IS NULL AND coalesce(octet_length(model_data), 0) = 0)
            FROM ml_models WHERE model_id IS NULL OR model_path IS NOT NULL
            """)
        var reader = RowReader(result, row: 0, of: "ml_models", at: connection.place)
        return BlobRowCounts(
            waiting: try reader.integer("count"), moved: try reader.integer("count"),
            withoutData: try reader.integer("count"))
    }

    /// Hands over the rows without `model_path` that have `model_data`, by id, one at a time, at most `limit` of those
    /// above `id`; a row that cannot be read comes as its error.
    ///
    /// A row of a version whose artifact was cleaned away is none of them.
    ///
    /// - Parameters:
    ///   - byteCountMax: larger `model_data` stays in the database.
    ///   - body: gets the row's id and the row; returns false to stop.
    package func forEachBlob(
        after id: Int64, limit: Int, byteCountMax: Int,
        _ body: (Int64, Result<BlobRow, RegistryError>) -> Bool
    ) throws(RegistryError) {
        let place = connection.place
        try connection.forEachRow(
            """
            SELECT id::bigint, model_type::text, metric_type::text, training_date::timestamptz,
                created_at::timestamptz, is_active::boolean, accuracy::float8, precision::float8, recall::float8,
                octet_length(model_data)::bigint,
                CASE WHEN octet_length(model_data) <= $3::bigint THEN model_data END
            FROM ml_models
            WHERE model_path IS NULL AND model_id IS NULL AND octet_length(model_data) > 0 AND id > $1::bigint
            ORDER BY id LIMIT $2::bigint
            """,
            [.integer(id), .integer(Int64(limit)), .integer(Int64(byteCountMax))]
        ) { result in
            var reader = RowReader(result, row: 0, of: "ml_models", at: place)
            var id: Int64 = 0
            do throws(RegistryError) {
                id = try reader.integer("id")
                return body(id, .success(try reader.blobRow(id)))
            } catch {
                return body(id, .failure(error))
            }
        }
    }

    /// Rows with `model_path` and `model_data`, by id, at most `limit` of those above `id`. The server computes the
    /// digests: no BLOB leaves it.
    package func copiedRows(after id: Int64, limit: Int) throws(RegistryError) -> [CopiedBlobRow] {
        let result = try connection.query(
            """
            SELECT id::bigint, model_path::text, model_id::text, octet_length(model_data)::bigint, sha256(model_data)
            FROM ml_models WHERE model_path IS NOT NULL AND model_data IS NOT NULL AND id > $1::bigint
            ORDER BY id LIMIT $2::bigint
            """,
            [.integer(id), .integer(Int64(limit))])
        var rows: [CopiedBlobRow] = []
        for row in 0..<result.rowCount {
            var reader = RowReader(result, row: row, of: "ml_models", at: connection.place)
            rows.append(
                CopiedBlobRow(
                    id: try reader.integer("id"), path: try reader.text("model_path"),
                    modelID: try reader.optionalModelID("model_id"), byteCount: try reader.integer("octet_length"),
                    digest: reader.optionalBytes() ?? []))
        }
        return rows
    }

    /// Takes `model_data` out of a row whose file has the same bytes; false when the row is not as it was.
    package func purge(_ row: CopiedBlobRow) throws(RegistryError) -> Bool {
        try connection.query(
            """
            UPDATE ml_models SET model_data = NULL
            WHERE id = $1::bigint AND model_path = $2 AND sha256(model_data) = $3
            """,
            [.integer(row.id), .text(row.path), .bytes(row.digest)]
        ).changedCount == 1
    }

    /// Rows without `model_data`, by id, at most `limit` of those above `id`.
    package func rowsWithoutBlob(after id: Int64, limit: Int) throws(RegistryError) -> [FileRow] {
        let result = try connection.query(
            """
            SELECT id::bigint, model_path::text FROM ml_models WHERE model_data IS NULL AND id > $1::bigint
            ORDER BY id LIMIT $2::bigint
            """,
            [.integer(id), .integer(Int64(limit))])
        var rows: [FileRow] = []
        for row in 0..<result.rowCount {
            var reader = RowReader(result, row: row, of: "ml_models", at: connection.place)
            rows.append(FileRow(id: try reader.integer("id"), path: try reader.optionalText("model_path")))
        }
        return rows
    }

    /// Puts a file's bytes into its row's `model_data`; false when the row is not as it was.
    ///
    /// - Parameter isForPython: false also sets `is_active` to false, so that programs that unpickle `model_data` pass
    ///   the row over.
    package func fill(_ row: FileRow, with data: [UInt8], isForPython: Bool) throws(RegistryError) -> Bool {
        try connection.query(
            """
            UPDATE ml_models SET model_data = $2, is_active = is_active AND $3
            WHERE id = $1::bigint AND model_data IS NULL AND model_path IS NOT DISTINCT FROM $4
            """,
            [.integer(row.id), .bytes(data), .bool(isForPython), .text(row.path)]
        ).changedCount == 1
    }
}

extension RowReader {
    fileprivate mutating func blobRow(_ id: Int64) throws(RegistryError) -> BlobRow {
        let modelType = try text("model_type")
        let metricType = try text("metric_type")
        return BlobRow(
            id: id, modelType: modelType, metricType: metricType.isEmpty ? nil : metricType,
            trainingDate: try time("training_date"), createdAt: try optionalTime("created_at"),
            isActive: try bool("is_active"), accuracy: try optionalDouble("accuracy"),
            precision: try optionalDouble("precision"), recall: try optionalDouble("recall"),
            byteCount: try integer("octet_length"), data: optionalBytes())
    }
}
