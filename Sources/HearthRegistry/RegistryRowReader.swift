package import HearthCore

/// Reads the columns of one row from left to right, trusting none: another program may have written them.
///
/// Each store says how its database gives values and what is wrong with one; names, ids, words and whole records are
/// the same for all. Whatever cannot be there is a `.corrupt` error that names table and column.
package protocol RegistryRowReader {
    /// The database and the table, for messages.
    var place: String { get }
    /// The table that the row is of.
    var table: String { get }

    /// The next column; nil for NULL.
    mutating func optionalText(_ column: String) throws(RegistryError) -> String?
    /// The next column; nil for NULL.
    mutating func optionalInteger(_ column: String) throws(RegistryError) -> Int64?
    /// The next column; nil for NULL.
    mutating func optionalDouble(_ column: String) throws(RegistryError) -> Double?
    /// The next column; nil for NULL.
    mutating func optionalTime(_ column: String) throws(RegistryError) -> Timestamp?
    /// The next column, which must not be NULL.
    mutating func bool(_ column: String) throws(RegistryError) -> Bool

    /// The error of NULL where `expected` must stand.
    func missing(_ column: String, expected: String) -> RegistryError
    /// The error of a text that is none of the words that a column may hold.
    func unknownWord(_ column: String, _ text: String) -> RegistryError
}

extension RegistryRowReader {
    /// What to do about a row that cannot be read.
    package static var hint: String { "the row was not written by Hearth; mend or delete it, or restore a backup" }

    /// The next column, which must hold text.
    package mutating func text(_ column: String) throws(RegistryError) -> String {
        guard let text = try optionalText(column) else { throw missing(column, expected: "text") }
        return text
    }

    /// The next column, which must hold an integer.
    package mutating func integer(_ column: String) throws(RegistryError) -> Int64 {
        guard let integer = try optionalInteger(column) else { throw missing(column, expected: "an integer") }
        return integer
    }

    /// The next column, which must hold a time.
    package mutating func time(_ column: String) throws(RegistryError) -> Timestamp {
        guard let time = try optionalTime(column) else { throw missing(column, expected: "a time") }
        return time
    }

    /// The next column, which must hold a name of a model.
    package mutating func name(_ column: String) throws(RegistryError) -> ModelName {
        let text = try text(column)
        do { return try ModelName(text) } catch { throw damage(column, error) }
    }

    /// The next column, which must hold a model_id or NULL.
    package mutating func optionalModelID(_ column: String) throws(RegistryError) -> ModelID? {
        guard let text = try optionalText(column) else { return nil }
        do { return try ModelID(text) } catch { throw damage(column, error) }
    }

    /// The next column, which must hold a model_id.
    package mutating func modelID(_ column: String) throws(RegistryError) -> ModelID {
        guard let id = try optionalModelID(column) else { throw missing(column, expected: "a model_id") }
        return id
    }

    /// One of the texts of `Value`.
    package mutating func word<Value: RawRepresentable<String>>(_ column: String) throws(RegistryError) -> Value {
        let text = try text(column)
        guard let value = Value(rawValue: text) else { throw unknownWord(column, text) }
        return value
    }

    private func damage(_ column: String, _ cause: NameError) -> RegistryError {
        RegistryError(.corrupt, "\(place): \(table).\(column): \(cause)", hint: Self.hint, cause: cause)
    }
}

// Whole records: their columns in the order in which each store selects them.
extension RegistryRowReader {
    /// The next columns as a registered model; throws a `.corrupt` error.
    package mutating func registeredModel() throws(RegistryError) -> RegisteredModel {
        RegisteredModel(name: try name("name"), key: try key(), createdAt: try time("created_at"))
    }

    /// The next columns as a version; throws a `.corrupt` error.
    package mutating func version() throws(RegistryError) -> ModelVersion {
        ModelVersion(
            modelID: try modelID("model_id"), name: try name("name"), key: try key(), status: try word("status"),
            path: try optionalText("model_path"), sizeBytes: try integer("size_bytes"),
            manifestDigest: try text("manifest_digest"), parametersJSON: try text("parameters"),
            metricsJSON: try text("metrics"), accuracy: try optionalDouble("accuracy"),
            precision: try optionalDouble("precision"), recall: try optionalDouble("recall"),
            trainingDate: try time("training_date"), createdAt: try time("created_at"),
            promotedAt: try optionalTime("promoted_at"), promotedBy: try optionalText("promoted_by"),
            pinned: try bool("pinned"), error: try optionalText("error"))
    }

    /// The next columns as a production pointer; throws a `.corrupt` error.
    package mutating func pointer() throws(RegistryError) -> ProductionPointer {
        ProductionPointer(
            name: try name("name"), modelID: try modelID("model_id"),
            previousModelID: try optionalModelID("previous_model_id"), generation: try integer("generation"),
            changedAt: try time("changed_at"))
    }

    /// The next columns as an event; throws a `.corrupt` error.
    package mutating func event() throws(RegistryError) -> RegistryEvent {
        RegistryEvent(
            headVersion: try integer("head_version"), kind: try word("kind"), name: try name("name"),
            modelID: try optionalModelID("model_id"), generation: try optionalInteger("generation"),
            actor: try text("actor"), reason: try text("reason"), at: try time("at"))
    }

    /// `metric_type` cannot be NULL in `ml_models`: an empty one is none.
    private mutating func key() throws(RegistryError) -> ModelKey {
        let modelType = try text("model_type")
        let metricType = try optionalText("metric_type")
        return ModelKey(
            modelType: modelType, metricType: metricType == "" ? nil : metricType,
            symbol: try optionalText("symbol"), timeframe: try optionalText("timeframe"))
    }
}
