package import HearthCore
package import HearthRegistry

extension PostgresRegistryStore {
    package func headVersion() throws(RegistryError) -> Int64 {
        try reader.read { (connection) throws(RegistryError) in try Self.headVersion(connection) }
    }

    /// The head version itself: one row by its key.
    package func changeHint() throws(RegistryError) -> Int64 { try headVersion() }

    package func makeChangeFeed() -> (any RegistryChangeFeed)? { PostgresChangeFeed(location) }

    /// One statement, hence one state of the database.
    ///
    /// A damaged pointer is an error and not left out: a server would take a missing pointer for a model that went
    /// away.
    package func productionSnapshot() throws(RegistryError) -> ProductionSnapshot {
        try reader.read { (connection) throws(RegistryError) in
            let result = try connection.query(
                """
                SELECT h.version::bigint, p.name::text, p.model_id::text, p.previous_model_id::text,
                    p.generation::bigint, p.changed_at::timestamptz
                FROM registry_head AS h LEFT JOIN production_pointers AS p ON true WHERE h.id = 1 ORDER BY p.name
                """)
            guard result.rowCount > 0 else { throw Self.headIsMissing(connection) }
            var snapshot = ProductionSnapshot(headVersion: 0, pointers: [])
            for row in 0..<result.rowCount {
                var reader = RowReader(result, row: row, of: "production_pointers", at: connection.place)
                snapshot.headVersion = try reader.integer("version")
                if !reader.isNull { snapshot.pointers.append(try reader.pointer()) }
            }
            return snapshot
        }
    }

    package func productionPointer(of name: ModelName) throws(RegistryError) -> ProductionPointer? {
        try reader.read { (connection) throws(RegistryError) in
            try Self.pointer(connection, of: name)
        }
    }

    package func registeredModels() throws(RegistryError) -> [RegisteredModel] {
        try list(
            "SELECT \(Columns.registeredModel) FROM registered_models ORDER BY name COLLATE \"C\"",
            of: "registered_models"
        ) { (reader) throws(RegistryError) in try reader.registeredModel() }
    }

    package func version(_ modelID: ModelID) throws(RegistryError) -> ModelVersion? {
        try reader.read { (connection) throws(RegistryError) in
            try Self.version(connection, modelID)
        }
    }

    package func modelData(of modelID: ModelID, byteCountMax: Int) throws(RegistryError) -> [UInt8]? {
        let found = try reader.read { (connection) throws(RegistryError) -> (byteCount: Int64, bytes: [UInt8]?)? in
            let result = try connection.query(
                """
                SELECT length(model_data)::bigint AS size,
                    CASE WHEN length(model_data) <= $2::bigint THEN model_data END
                FROM ml_models WHERE model_id = $1 AND model_data IS NOT NULL
                """,
                [.text(modelID.text), .integer(Int64(byteCountMax))])
            guard result.rowCount > 0 else { return nil }
            var reader = RowReader(result, row: 0, of: "ml_models", at: connection.place)
            return (try reader.integer("size"), result.value(row: 0, column: 1))
        }
        guard let found else { return nil }
        guard let bytes = found.bytes else {
            throw RegistryError.modelDataTooLarge(modelID, Int(clamping: found.byteCount), byteCountMax)
        }
        return bytes
    }

    /// Damaged rows that are left out do not count towards `limit`: as many again are read to make up for them.
    package func versions(of name: ModelName?, limit: Int) throws(RegistryError) -> [ModelVersion] {
        let filter = name == nil ? "model_id IS NOT NULL" : "name = $2"
        return try list(
            """
            SELECT \(Columns.version) FROM ml_models WHERE \(filter)
            ORDER BY created_at DESC, id DESC LIMIT $1::bigint
            """,
            [.integer(Self.rowCount(for: limit))] + (name.map { [.text($0.text)] } ?? []), of: "ml_models",
            limit: limit
        ) { (reader) throws(RegistryError) in try reader.version() }
    }

    package func events(after head: Int64, limit: Int) throws(RegistryError) -> [RegistryEvent] {
        try list(
            """
            SELECT \(Columns.event) FROM registry_events WHERE head_version > $1::bigint
            ORDER BY head_version LIMIT $2::bigint
            """,
            [.integer(head), .integer(Self.rowCount(for: limit))], of: "registry_events", limit: limit
        ) { (reader) throws(RegistryError) in try reader.event() }
    }

    private static func rowCount(for limit: Int) -> Int64 {
        let (doubled, isOverflow) = max(0, limit).multipliedReportingOverflow(by: 2)
        return isOverflow ? .max : Int64(doubled)
    }
}

// The reads that writing needs too, within its own transaction.
extension PostgresRegistryStore {
    static func headVersion(_ connection: PostgresConnection, locks: Bool = false) throws(RegistryError) -> Int64 {
        let result = try connection.query(
            "SELECT version::bigint FROM registry_head WHERE id = 1\(locks ? " FOR UPDATE" : "")")
        guard result.rowCount == 1 else { throw headIsMissing(connection) }
        var reader = RowReader(result, row: 0, of: "registry_head", at: connection.place)
        return try reader.integer("version")
    }

    static func pointer(
        _ connection: PostgresConnection, of name: ModelName
    ) throws(RegistryError) -> ProductionPointer? {
        let result = try connection.query(
            "SELECT \(Columns.pointer) FROM production_pointers WHERE name = $1", [.text(name.text)])
        guard result.rowCount > 0 else { return nil }
        var reader = RowReader(result, row: 0, of: "production_pointers", at: connection.place)
        return try reader.pointer()
    }

    static func version(
        _ connection: PostgresConnection, _ modelID: ModelID
    ) throws(RegistryError) -> ModelVersion? {
        let result = try connection.query(
            "SELECT \(Columns.version) FROM ml_models WHERE model_id = $1", [.text(modelID.text)])
        guard result.rowCount > 0 else { return nil }
        var reader = RowReader(result, row: 0, of: "ml_models", at: connection.place)
        return try reader.version()
    }

    static func registeredModel(
        _ connection: PostgresConnection, _ name: ModelName
    ) throws(RegistryError) -> RegisteredModel? {
        let result = try connection.query(
            "SELECT \(Columns.registeredModel) FROM registered_models WHERE name = $1", [.text(name.text)])
        guard result.rowCount > 0 else { return nil }
        var reader = RowReader(result, row: 0, of: "registered_models", at: connection.place)
        return try reader.registeredModel()
    }

    static func headIsMissing(_ connection: PostgresConnection) -> RegistryError {
        RegistryError(.corrupt, "\(connection.place): registry_head has no row", hint: "restore a backup")
    }
}
