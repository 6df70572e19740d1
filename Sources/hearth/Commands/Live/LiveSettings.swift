import ArgumentParser
import HearthClient
import HearthConfiguration
import HearthCore
import HearthMarket
import HearthStrategy

/// What decides, on which market, within which limits: options of `hearth live` that go before the environment and
/// `config/system.yml`.
struct LiveSettings: ParsableArguments {
    @Option(help: ArgumentHelp("config/system.yml; every option below goes before it.", valueName: "file"))
    var config: String?

    @Option(help: "The symbol, e.g. BTC/USDT.")
    var symbol: String?

    @Option(help: "The length of a bar, e.g. 15m.")
    var timeframe: String?

    @Option(help: "The type in the model's name {model_type}.{symbol}.{timeframe} (default: gradient_boosting).")
    var modelType: String?

    @Option(help: "auto for the version in production, or a model_id to pin one (default: auto).")
    var productionModel: String?

    @Option(help: "Fee of the paper account, in basis points of what is traded (default: 10).")
    var feeBps: Double?

    @Option(help: "Slippage of the paper account, in basis points (default: 5).")
    var slippageBps: Double?

    @Option(help: "Percent of a bar that a decision may take; later is flat (default: 25).")
    var deadlinePercent: Double?

    @Option(help: "Seconds that --deadline-percent comes to at most (default: 30).")
    var deadlineSecondsMax: Double?

    @Option(help: "Days since the model's last training bar, beyond which it is flat; 0 for no limit (default: 30).")
    var staleDays: Double?

    @Option(help: "How far a feature may lie outside its trained range, in widths of it (default: 0.25).")
    var featureRangeTolerance: Double?

    @Option(help: "The share of the features that may lie outside even so (default: 0.1).")
    var outOfRangeShare: Double?

    @Option(help: "Failed decisions one after the other that halt the engine (default: 5).")
    var errorsInARow: Int?

    @Option(help: "The fall of equity from its peak, in percent, that halts; 0 for no limit (default: 20).")
    var drawdownLimitPercent: Double?

    /// A century: more is a mistake of the unit.
    private static let daysMax = 36_600.0

    func validate() throws {
        guard deadlineSecondsMax.map({ $0 > 0 && $0 <= 86_400 }) ?? true else {
            throw ValidationError("--deadline-seconds-max must be above 0 and at most 86400.")
        }
        guard staleDays.map({ $0 >= 0 && $0 <= Self.daysMax }) ?? true else {
            throw ValidationError("--stale-days must be 0, for no limit, to \(Int(Self.daysMax)).")
        }
    }

    /// The file and the environment.
    func loaded() throws -> SystemConfiguration {
        try SystemConfiguration.load(path: config, environment: CommandEnvironment.text).configuration
    }

    /// The limits in force.
    func limits(_ configuration: SystemConfiguration) throws -> LiveLimits {
        let live = configuration.live
        var limits = LiveLimits()
        limits.isEnabled = configuration.ml.isEnabled
        limits.deadlineShare = (deadlinePercent ?? live.deadlinePercent) / 100
        limits.deadlineMax = .seconds(deadlineSecondsMax ?? live.deadlineSecondsMax)
        let days = staleDays ?? live.staleDays ?? 0
        limits.modelAgeMax = days == 0 ? nil : .seconds(days * 86_400)
        limits.rangeTolerance = featureRangeTolerance ?? live.featureRangeTolerance
        limits.outOfRangeShareMax = outOfRangeShare ?? live.outOfRangeShare
        limits.errorsInRowMax = errorsInARow ?? live.errorsInARow
        let drawdown = drawdownLimitPercent ?? live.drawdownLimitPercent ?? 0
        limits.drawdownMax = drawdown == 0 ? nil : drawdown / 100
        try limits.validate()
        return limits
    }

    /// The market: symbol and timeframe, which have no default.
    func market(_ configuration: SystemConfiguration) throws -> (symbol: String, timeframe: Timeframe) {
        guard let symbol = symbol ?? configuration.market.symbol,
            let timeframe = timeframe ?? configuration.market.timeframe
        else { throw ValidationError("give --symbol and --timeframe, or a --config with market.symbol and timeframe") }
        return (symbol, try Timeframe(timeframe))
    }

    /// Which model decides.
    func choice(_ configuration: SystemConfiguration) throws -> ProductionModel {
        let market = try market(configuration)
        let type = modelType ?? configuration.strategy.modelType
        switch (productionModel, configuration.ml.productionModel) {
        case ("auto", _), (nil, .auto):
            if modelType == nil, let name = configuration.strategy.model { return .auto(name: name) }
            return try ProductionModel("auto", modelType: type, symbol: market.symbol, timeframe: market.timeframe)
        case (let modelID?, _): return .pinned(modelID: modelID)
        case (nil, .pinned(let modelID)): return .pinned(modelID: modelID.text)
        }
    }

    /// An engine that has seen nothing, or goes on after `record`.
    func engine(_ configuration: SystemConfiguration, after record: SignalRecord?) throws -> StrategyEngine {
        let market = try market(configuration)
        let costs = try TradeCosts(
            feeBasisPoints: feeBps ?? configuration.strategy.feeBasisPoints,
            slippageBasisPoints: slippageBps ?? configuration.strategy.slippageBasisPoints)
        return StrategyEngine(
            symbol: market.symbol, timeframe: market.timeframe, limits: try limits(configuration), costs: costs,
            after: record)
    }

    /// A client of the server at `socket`, which waits for one that is started anew.
    func client(_ configuration: SystemConfiguration, socket: String?) -> HearthClient {
        HearthClient(.init(socketPath: socket ?? configuration.ml.socket))
    }
}
