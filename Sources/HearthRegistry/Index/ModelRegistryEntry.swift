import HearthCore

/// One row of `registry_index.csv`, as text: the specification's `ModelRegistryEntry` (R135).
package struct ModelRegistryEntry: Hashable, Sendable {
    /// The columns of the file, in their order (R134).
    package static let columns = [
        "model_id", "symbol", "timeframe", "model_type", "created_at", "path", "cum_return", "sharpe", "status",
    ]

    package var modelID: String
    package var symbol: String
    package var timeframe: String
    package var modelType: String
    /// ISO 8601 where Hearth has written it.
    package var createdAt: String
    package var path: String
    /// Empty where nobody measured (C35).
    package var cumReturn: String
    package var sharpe: String
    package var status: String

    package init(
        modelID: String, symbol: String = "", timeframe: String = "", modelType: String, createdAt: String,
        path: String, cumReturn: String = "", sharpe: String = "", status: String
    ) {
        self.modelID = modelID
        self.symbol = symbol
        self.timeframe = timeframe
        self.modelType = modelType
        self.createdAt = createdAt
        self.path = path
        self.cumReturn = cumReturn
        self.sharpe = sharpe
        self.status = status
    }

    /// The row of a version; nil for one whose files were taken away.
    package init?(_ version: ModelVersion) {
        guard version.path != nil || version.status == .failed else { return nil }
        let figures = MetricScan.numbers(["cum_return", "sharpe"], in: version.metricsJSON)
        self.init(
            modelID: version.modelID.text, symbol: version.key.symbol ?? "", timeframe: version.key.timeframe ?? "",
            modelType: version.key.modelType, createdAt: version.createdAt.iso8601, path: version.path ?? "",
            cumReturn: figures[0], sharpe: figures[1], status: version.status.rawValue)
    }

    /// The cells, in the order of ``columns``.
    package var cells: [String] {
        [modelID, symbol, timeframe, modelType, createdAt, path, cumReturn, sharpe, status]
    }
}
