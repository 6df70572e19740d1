import HearthCore
package import HearthMarket
import HearthRegistry

/// Which model decides: `ml.production_model` of `config/system.yml` (R155).
package enum ProductionModel: Sendable, Hashable, CustomStringConvertible {
    /// The production version of `{model_type}.{symbol}.{timeframe}`, whichever that is at a bar's close (R156, C21).
    case auto(name: String)
    /// This version, also when it is archived (R157, C19).
    case pinned(modelID: String)

    /// Reads `auto` or a model_id.
    ///
    /// Throws ``StrategyError`` when type, symbol and timeframe give no name of a registered model.
    package init(
        _ text: String, modelType: String, symbol: String, timeframe: Timeframe
    ) throws(StrategyError) {
        guard text == "auto" else {
            self = .pinned(modelID: text)
            return
        }
        do throws(NameError) {
            let key = ModelKey(modelType: modelType, symbol: symbol, timeframe: timeframe.description)
            self = .auto(name: try key.defaultName().text)
        } catch {
            throw StrategyError(.badParameter, "the model has no name: \(error)", cause: error)
        }
    }

    /// The name or the id.
    package var description: String {
        switch self {
        case .auto(let name): name
        case .pinned(let modelID): modelID
        }
    }
}
