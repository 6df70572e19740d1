import HearthWire

/// One trained version of a registered model, as the registry has it.
public struct ModelVersion: Sendable, Hashable {
    /// The registered model.
    public var modelName: String
    /// The model_id.
    public var modelVersion: String
    /// `success`, `failed`, `candidate`, `production` or `archived`.
    public var status: String
    /// E.g. `isolation_forest`.
    public var modelType: String
    /// The series, e.g. `stok_seviye`; empty for a trading model.
    public var metricType: String
    /// E.g. `BTC-USDT`; empty for an anomaly model.
    public var symbol: String
    /// E.g. `15m`; empty for an anomaly model.
    public var timeframe: String
    /// Where the artifact lies, relative to the model directory.
    public var path: String
    /// Bytes of the artifact.
    public var sizeBytes: UInt64
    /// When it was trained, ISO 8601.
    public var createdAt: String
    /// The metrics as one JSON object; empty when there are none.
    public var metricsJSON: String
    /// The parameters as one JSON object; empty when there are none.
    public var parametersJSON: String
    /// Whether calls without a version get this one.
    public var isProduction: Bool
    /// The generation of the production pointer; 0 when this is not the production version.
    public var generation: UInt64
    /// Why the training failed; empty when it did not.
    public var error: String

    init(_ message: ModelVersionMessage) {
        modelName = message.modelName
        modelVersion = message.modelVersion
        status = message.status
        modelType = message.modelType
        metricType = message.metricType
        symbol = message.symbol
        timeframe = message.timeframe
        path = message.path
        sizeBytes = message.sizeBytes
        createdAt = message.createdAt
        metricsJSON = message.metricsJSON
        parametersJSON = message.parametersJSON
        isProduction = message.isProduction
        generation = message.generation
        error = message.error
    }
}
