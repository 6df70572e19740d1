package import HearthCore
package import HearthRegistry

extension PostgresRegistryStore {
    @discardableResult
    package func register(_ version: ModelVersion, actor: String) throws(RegistryError) -> Int64 {
        try RegistrationRules.check(version, actor: actor)
        return try change(actor: actor, reason: version.status.rawValue) { (change) throws(RegistryError) in
            guard try Self.version(change.connection, version.modelID) == nil else {
                throw RegistryError(
                    .conflict, "model_id \(version.modelID) is taken", hint: "versions never change; make a new id")
            }
            if let model = try Self.registeredModel(change.connection, version.name) {
                try RegistrationRules.checkKey(version.key, isThatOf: model)
            } else {
                let model = RegisteredModel(name: version.name, key: version.key, createdAt: change.now)
                try Self.insert(model, change.connection)
            }
            try change.checkJSONObject(version.parametersJSON, "parameters")
            try change.checkJSONObject(version.metricsJSON, "metrics")
            try Self.insert(version, change.connection)
            return try change.record(.registered, version.name, version.modelID)
        }
    }

    package func archive(_ modelID: ModelID, actor: String, reason: String) throws(RegistryError) {
        try change(actor: actor, reason: reason) { (change) throws(RegistryError) in
            let version = try change.version(modelID)
            if version.status == .archived { return }
            try PromotionRules.checkArchivable(version, pointer: try change.pointer(of: version.name))
            _ = try change.connection.query(
                "UPDATE ml_models SET status = 'archived', is_active = false WHERE model_id = $1",
                [.text(modelID.text)])
            try change.record(.archived, version.name, modelID)
        }
    }

    package func setPinned(
        _ modelID: ModelID, _ pinned: Bool, actor: String, reason: String
    ) throws(RegistryError) {
        try change(actor: actor, reason: reason) { (change) throws(RegistryError) in
            let version = try change.version(modelID)
            if version.pinned == pinned { return }
            _ = try change.connection.query(
                "UPDATE ml_models SET pinned = $1 WHERE model_id = $2", [.bool(pinned), .text(modelID.text)])
            try change.record(pinned ? .pinned : .unpinned, version.name, modelID)
        }
    }

    package func remove(
        _ modelID: ModelID, dropsRow: Bool, actor: String, reason: String
    ) throws(RegistryError) {
        try change(actor: actor, reason: reason) { (change) throws(RegistryError) in
            let version = try change.version(modelID)
            try PromotionRules.checkRemovable(
                version, pointer: try change.pointer(of: version.name),
                isLeased: try Self.isLeased(modelID, change.connection, at: change.now))
            let result = try change.connection.query(
                dropsRow
                    ? "DELETE FROM ml_models WHERE model_id = $1"
                    : """
                    UPDATE ml_models SET model_path = NULL, model_data = NULL, is_active = false
                    WHERE model_id = $1 AND (model_path IS NOT NULL OR model_data IS NOT NULL)
                    """,
                [.text(modelID.text)])
            guard result.changedCount > 0 else { return }
            try change.record(.removed, version.name, modelID)
        }
    }

    /// Runs `body` in the transaction of one change, alone among all changes.
    ///
    /// A body that records nothing leaves no trace.
    func change<Value: Sendable>(
        actor: String, reason: String, _ body: (RegistryChange) throws(RegistryError) -> Value
    ) throws(RegistryError) -> Value {
        try RegistrationRules.check(actor: actor, reason: reason)
        return try writer.transaction { (connection) throws(RegistryError) in
            try connection.execute("BEGIN")
            _ = try Self.headVersion(connection, locks: true)
        } _: { (connection) throws(RegistryError) in
            try body(RegistryChange(connection: connection, now: options.clock(), actor: actor, reason: reason))
        }
    }

    static func insert(_ model: RegisteredModel, _ connection: PostgresConnection) throws(RegistryError) {
        _ = try connection.query(
            """
            INSERT INTO registered_models (name, model_type, metric_type, symbol, timeframe, created_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            """,
            [
                .text(model.name.text), .text(model.key.modelType), .text(model.key.metricType),
                .text(model.key.symbol), .text(model.key.timeframe), .time(model.createdAt),
            ])
    }

    private static func insert(_ version: ModelVersion, _ connection: PostgresConnection) throws(RegistryError) {
        let isActive = version.path != nil && version.status != .failed && version.status != .archived
        _ = try connection.query(
            """
            INSERT INTO ml_models (
                model_id, name, model_type, metric_type, symbol, timeframe, status, model_path, size_bytes,
                manifest_digest, parameters, metrics, accuracy, precision, recall, training_date, created_at,
                promoted_at, promoted_by, pinned, error, is_active)
            VALUES (
                $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb, $12::jsonb, $13, $14, $15, $16, $17, $18, $19,
                $20, $21, $22)
            """,
            [
                .text(version.modelID.text), .text(version.name.text), .text(version.key.modelType),
                .text(version.key.metricType ?? ""), .text(version.key.symbol), .text(version.key.timeframe),
                .text(version.status.rawValue), .text(version.path), .integer(version.sizeBytes),
                .text(version.manifestDigest), .text(version.parametersJSON), .text(version.metricsJSON),
                .double(version.accuracy), .double(version.precision), .double(version.recall),
                .time(version.trainingDate), .time(version.createdAt), .time(version.promotedAt),
                .text(version.promotedBy), .bool(version.pinned), .text(version.error), .bool(isActive),
            ])
    }
}
