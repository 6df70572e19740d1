import ArgumentParser
import HearthCore
import HearthRegistry

/// What the registered model is called: a series, or a symbol and a timeframe.
struct KeyOptions: ParsableArguments {
    @Option(help: "The series that the model is for, e.g. stok_seviye (metric_type).")
    var series: String?

    @Option(help: "Instead of --series: the symbol, e.g. BTC/USDT.")
    var symbol: String?

    @Option(help: "With --symbol: the timeframe, e.g. 15m.")
    var timeframe: String?

    @Option(help: "The model type in names and in the registry; that of the algorithm unless given.")
    var modelType: String?

    @Option(
        help:
            "The name of the registered model, e.g. isolation_forest.stok_seviye; made of type and series unless given."
    )
    var name: String?

    func validate() throws {
        switch (series, symbol, timeframe) {
        case (_?, nil, nil), (nil, _?, _?): break
        case (nil, nil, nil):
            throw ValidationError("say what the model is for: --series NAME, or --symbol S --timeframe T")
        default:
            throw ValidationError("give either --series, or --symbol together with --timeframe")
        }
    }

    func key(defaultType: String) -> ModelKey {
        ModelKey(
            modelType: modelType ?? defaultType, metricType: series, symbol: symbol, timeframe: timeframe)
    }

    func registeredName(of key: ModelKey) throws -> ModelName {
        do throws(NameError) {
            if let name { return try ModelName(name) }
            return try key.defaultName()
        } catch {
            throw ValidationError(error.description)
        }
    }
}
