package import HearthMarket

/// Which model decides: `ml.production_model` of `config/system.yml` (R155).
package enum ProductionModel: Sendable, Hashable, CustomStringConvertible {
    /// The production version of `{model_type}.{symbol}.{timeframe}`, whichever that is at a bar's close (R156, C21).
    case auto(name: String)
    /// This version, also when it is archived (R157, C19).
    case pinned(modelID: String)

    /// Reads `auto` or a model_id.
    package init(_ text: String, modelType: String, symbol: String, timeframe: Timeframe) {
        self = text == "auto" ? .auto(name: "\(modelType).\(symbol).\(timeframe)") : .pinned(modelID: text)
    }

    /// The name or the id.
    package var description: String {
        switch self {
        case .auto(let name): name
        case .pinned(let modelID): modelID
        }
    }
}
