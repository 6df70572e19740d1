import GRDB
package import HearthCore
package import HearthRegistry

extension SQLiteRegistryStore {
    @discardableResult
    package func register(_ version: ModelVersion, actor: String) throws(RegistryError) -> Int64 {
        try RegistrationRules.check(version, actor: actor)
        return try change(actor: actor, reason: version.status.rawValue) { change in
            guard try Self.version(change.database, version.modelID, at: self.path) == nil else {
                throw RegistryError(
                    .conflict, "model_id \(version.modelID) is taken", hint: "versions never change; make a new id")
            }
            if let model = try Self.registeredModel(change.database, version.name, at: self.path) {
                try RegistrationRules.checkKey(version.key, isThatOf: model)
            } else {
                let model = RegisteredModel(name: version.name, key: version.key, createdAt: change.now)
                try Self.insert(model, change.database)
            }
            try change.checkJSONObject(version.parametersJSON, "parameters")
            try change.checkJSONObject(version.metricsJSON, "metrics")
            try Self.insert(version, change.database)
            return try change.record(.registered, version.name, version.modelID)
        }
    }

    package func archive(_ modelID: ModelID, actor: String, reason: String) throws(RegistryError) {
        try change(actor: actor, reason: reason) { change in
            let version = try change.version(modelID)
            if version.status == .archived { return }
            try PromotionRules.checkArchivable(version, pointer: try change.pointer(of: version.name))
            try change.database.execute(
                sql: "UPDATE ml_models SET status = 'archived' WHERE model_id = ?", arguments: [modelID.text])
            try change.record(.archived, version.name, modelID)
        }
    }

    package func setPinned(
        _ modelID: ModelID, _ pinned: Bool, actor: String, reason: String
    ) throws(RegistryError) {
        try change(actor: actor, reason: reason) { change in
            let version = try change.version(modelID)
            if version.pinned == pinned { return }
            try change.database.execute(
                sql: "UPDATE ml_models SET pinned = ? WHERE model_id = ?", arguments: [pinned ? 1 : 0, modelID.text])
            try change.record(pinned ? .pinned : .unpinned, version.name, modelID)
        }
    }

    package func remove(
        _ modelID: ModelID, dropsRow: Bool, actor: String, reason: String
    ) throws(RegistryError) {
        try remove(modelID, dropsRow: dropsRow, actor: actor, reason: reason, makingRoom: {})
    }

    /// The writer's lock is held from the start, and what is changed goes to the disk at the commit: in between the
    /// files may go.
    package func remove(
        _ modelID: ModelID, dropsRow: Bool, actor: String, reason: String, makingRoom: () throws -> Void
    ) throws(RegistryError) {
        try change(actor: actor, reason: reason) { change in
            let version = try change.version(modelID)
            try PromotionRules.checkRemovable(
                version, pointer: try change.pointer(of: version.name),
                isLeased: try Self.isLeased(modelID, change.database, at: change.now))
            let sql =
                dropsRow
                ? "DELETE FROM ml_models WHERE model_id = ?"
                : """
                UPDATE ml_models SET model_path = NULL, model_data = NULL
                WHERE model_id = ? AND (model_path IS NOT NULL OR model_data IS NOT NULL)
                """
            try change.database.execute(sql: sql, arguments: [modelID.text])
            guard change.database.changesCount > 0 else { return }
            try change.record(.removed, version.name, modelID)
            try makingRoom()
        }
    }

    /// Runs `body` in the transaction of one change.
    ///
    /// A body that records nothing leaves no trace: an empty commit.
    func change<Value>(
        actor: String, reason: String, _ body: (RegistryChange) throws -> Value
    ) throws(RegistryError) -> Value {
        try RegistrationRules.check(actor: actor, reason: reason)
        return try write { database in
            try body(
                RegistryChange(
                    database: database, now: self.options.clock(), actor: actor, reason: reason, path: self.path))
        }
    }

    private static func insert(_ model: RegisteredModel, _ database: Database) throws {
        try database.execute(
            sql: "INSERT INTO registered_models (\(Columns.registeredModel)) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                model.name.text, model.key.modelType, model.key.metricType, model.key.symbol, model.key.timeframe,
                model.createdAt.microseconds,
            ])
    }

    private static func insert(_ version: ModelVersion, _ database: Database) throws {
        let identity: StatementArguments = [
            version.modelID.text, version.name.text, version.key.modelType, version.key.metricType ?? "",
            version.key.symbol, version.key.timeframe, version.status.rawValue, version.path, version.sizeBytes,
            version.manifestDigest, version.parametersJSON, version.metricsJSON,
        ]
        let outcome: StatementArguments = [
            version.accuracy, version.precision, version.recall, version.trainingDate.microseconds,
            version.createdAt.microseconds, version.promotedAt?.microseconds, version.promotedBy,
            version.pinned ? 1 : 0, version.error,
        ]
        try database.execute(
            sql: """
                INSERT INTO ml_models (\(Columns.version))
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: identity + outcome)
    }
}
