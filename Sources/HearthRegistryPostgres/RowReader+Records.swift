import HearthCore
import HearthRegistry

/// The columns of each record, in the order in which it is read, cast to what ``RowReader`` reads.
enum Columns {
    static let registeredModel =
        "name::text, model_type::text, metric_type::text, symbol::text, timeframe::text, created_at::timestamptz"
    static let version = """
        model_id::text, name::text, model_type::text, metric_type::text, symbol::text, timeframe::text, status::text, \
        model_path::text, size_bytes::bigint, manifest_digest::text, coalesce(parameters, '{}')::text, \
        coalesce(metrics, '{}')::text, accuracy::float8, precision::float8, recall::float8, \
        training_date::timestamptz, created_at::timestamptz, promoted_at::timestamptz, promoted_by::text, \
        pinned::boolean, error::text
        """
    static let pointer =
        "name::text, model_id::text, previous_model_id::text, generation::bigint, changed_at::timestamptz"
    static let event = """
        head_version::bigint, kind::text, name::text, model_id::text, generation::bigint, actor::text, \
        reason::text, at::timestamptz
        """
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
            pinned: try bool("pinned"), error: try optionalText("error"))
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
