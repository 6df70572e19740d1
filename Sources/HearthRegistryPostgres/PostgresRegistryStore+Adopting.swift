import HearthCore
package import HearthRegistry

// Rows that a Python program wrote become versions of the registry: hearth migrate blobs.
extension PostgresRegistryStore {
    /// Fills the columns that a Python program's row lacks: from here on it is a version of the registry, and of its
    /// registered model, which is made when the name is new. What the row has (`model_data`, parameters, measures,
    /// `is_active`) stays.
    ///
    /// - Parameter blobDigest: SHA-256 of the `model_data` that the version was made of.
    /// - Returns: the head version of the change.
    /// - Throws: `.conflict` when the row is not as it was, the id is taken or the name has another key; `.refused`.
    @discardableResult
    package func adopt(
        row id: Int64, as version: ModelVersion, blobDigest: [UInt8], actor: String
    ) throws(RegistryError) -> Int64 {
        try RegistrationRules.check(version, actor: actor)
        return try change(actor: actor, reason: "migrated from model_data") { (change) throws(RegistryError) in
            if let model = try Self.registeredModel(change.connection, version.name) {
                try RegistrationRules.checkKey(version.key, isThatOf: model)
            } else {
                try Self.insert(
                    RegisteredModel(name: version.name, key: version.key, createdAt: change.now), change.connection)
            }
            let result = try change.connection.query(
                """
                UPDATE ml_models SET model_id = $2, name = $3, status = $4, model_path = $5, size_bytes = $6::bigint,
                    manifest_digest = $7, created_at = coalesce(created_at, training_date), error = NULL
                WHERE id = $1::bigint AND model_path IS NULL AND model_id IS NULL AND sha256(model_data) = $8
                """,
                [
                    .integer(id), .text(version.modelID.text), .text(version.name.text),
                    .text(version.status.rawValue), .text(version.path), .integer(version.sizeBytes),
                    .text(version.manifestDigest), .bytes(blobDigest),
                ])
            try Self.checkChanged(result.changedCount, row: id)
            return try change.record(.registered, version.name, version.modelID)
        }
    }

    /// Names the file in which a Python program's row is kept that cannot be served, and says why. The row is no
    /// version of the registry, so the registry's head does not change.
    ///
    /// Throws `.conflict` when the row is not as it was.
    package func nameFile(
        ofRow id: Int64, path: String, reason: String, blobDigest: [UInt8]
    ) throws(RegistryError) {
        let error = String(
            decoding: reason.utf8.filter { $0 != 0 }.prefix(RegistryLimits.errorByteCountMax), as: UTF8.self)
        try writer.transaction { (connection) throws(RegistryError) in
            try connection.execute("BEGIN")
        } _: { (connection) throws(RegistryError) in
            let result = try connection.query(
                """
                UPDATE ml_models SET model_path = $2, error = $3
                WHERE id = $1::bigint AND model_path IS NULL AND model_id IS NULL AND sha256(model_data) = $4
                """,
                [.integer(id), .text(path), .text(error), .bytes(blobDigest)])
            try Self.checkChanged(result.changedCount, row: id)
        }
    }

    private static func checkChanged(_ count: Int, row id: Int64) throws(RegistryError) {
        guard count == 1 else {
            throw RegistryError(
                .conflict, "row \(id) of ml_models was changed while its model was converted", hint: "run this again")
        }
    }
}
