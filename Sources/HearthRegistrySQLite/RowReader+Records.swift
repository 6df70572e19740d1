import HearthCore
import HearthRegistry

/// The columns of each record, in the order in which it is read.
enum Columns {
    static let registeredModel = "name, model_type, metric_type, symbol, timeframe, created_at"
    static let version = """
        model_id, name, model_type, metric_type, symbol, timeframe, status, model_path, size_bytes, manifest_digest, \
        parameters, metrics, accuracy, precision, recall, training_date, created_at, promoted_at, promoted_by, \
        pinned, error
        """
    static let pointer = "name, model_id, previous_model_id, generation, changed_at"
    static let event = "head_version, kind, name, model_id, generation, actor, reason, at"
}

extension RowReader {
    mutating func registeredModel() throws(RegistryError) -> RegisteredModel {
        RegisteredModel(name: try name("name"), key: try key(), createdAt: try time("created_at"))
    }

    mutating func version() throws(RegistryError) -> ModelVersion {
        ModelVersion(
            modelID: try modelID("model_id"), name: try name("name"), key: try key(), status: try word("status"),
            path: try optionalText("model_path"), sizeBytes: try integer("size_bytes"),
            manifestDigest: try text("manifest_digest"), parametersJSON: try text("parameters"),
            metricsJSON: try text("metrics"), accuracy: try optionalDouble("accuracy"),
            precision: try optionalDouble("precision"), recall: try optionalDouble("recall"),
            trainingDate: try time("training_date"), createdAt: try time("created_at"),
            promotedAt: try optionalTime("promoted_at"), promotedBy: try optionalText("promoted_by"),
            pinned: try integer("pinned") != 0, error: try optionalText("error"))
    }

    mutating func pointer() throws(RegistryError) -> ProductionPointer {
        ProductionPointer(
            name: try name("name"), modelID: try modelID("model_id"),
            previousModelID: try optionalModelID("previous_model_id"), generation: try integer("generation"),
            changedAt: try time("changed_at"))
    }

    mutating func event() throws(RegistryError) -> RegistryEvent {
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
