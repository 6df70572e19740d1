import HearthWire

/// What ``HearthClient/get(model:version:timeout:)`` tells about one version.
public struct ModelDetails: Sendable, Hashable {
    /// The registry's row; nil when the registry cannot be reached and the server has the model all the same.
    public var version: ModelVersion?
    /// What the server holds; nil when it is not loaded.
    public var served: ServedModel?
    /// Names of the input columns, in order; empty when the model has none.
    public var columns: [String]
    /// Values per row.
    public var columnCount: Int
    /// Names of the outputs, in order.
    public var outputs: [String]
    /// The score at or beyond which a point is an anomaly.
    public var threshold: Double

    init(_ message: GetResponse) {
        version = message.version.map(ModelVersion.init)
        served = message.served.map(ServedModel.init)
        columns = message.columns
        columnCount = Int(message.columnCount)
        outputs = message.outputs
        threshold = message.threshold
    }
}

/// What ``HearthClient/list(model:limit:timeout:)`` tells.
public struct ModelList: Sendable, Hashable {
    /// Versions in the registry, newest first.
    public var versions: [ModelVersion]
    /// What the server holds.
    public var served: [ServedModel]

    init(_ message: ListResponse) {
        versions = message.versions.map(ModelVersion.init)
        served = message.served.map(ServedModel.init)
    }
}

/// What the server had after it read the registry and the model directory again.
public struct ReloadResult: Sendable, Hashable {
    /// The registry head that the server has caught up with.
    public var headVersion: Int64
    /// What it holds now.
    public var models: [ServedModel]

    init(_ message: ReloadResponse) {
        headVersion = message.headVersion
        models = message.models.map(ServedModel.init)
    }
}
