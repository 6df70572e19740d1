import ArgumentParser
import HearthArtifacts
import HearthCore
import HearthMarket
import HearthStrategy

/// `hearth-trainer compare`: two models over the same bars.
struct Compare: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compares two models over the same bars: who was better, and how sure that is.",
        discussion: """
            Both run as in `backtest`; their net returns are paired bar by bar, so what the market did to both cancels \
            out. The 95 % intervals of the differences come from a stationary bootstrap (Politis and Romano 1994) \
            that draws the same blocks of bars for both. An interval that holds 0 means that these bars do not tell \
            the models apart.

            Name the version that is in production second to see what a promotion would have changed.

            Example:

              hearth-trainer compare EURUSD_1h_gradient_boosting_20260101_120000_000_abcd \\
                  gradient_boosting.EURUSD.1h --data eurusd.csv --unseen
            """)

    @Argument(help: "A model_id, or a name whose production version is meant.")
    var first: String

    @Argument(help: "The one that it is held against.")
    var second: String

    @OptionGroup var options: StrategyOptions

    @Option(help: "How often the bars are drawn anew.")
    var resamples = 2000

    @Option(help: "The mean length of a block of bars that is drawn; the cube root of their count unless given.")
    var block: Double?

    @Option(help: "Any whole number; the same one gives the same intervals.")
    var seed: UInt64 = 1

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        do throws(MarketError) { _ = try bootstrap() } catch { throw ValidationError(error.description) }
    }

    func run() throws {
        let (store, directory) = try options.open()
        let scorers = [
            try options.scorer(first, store, directory), try options.scorer(second, store, directory),
        ]
        let models = scorers.map(\.model)
        guard models[0].card.symbol == models[1].card.symbol, models[0].card.timeframe == models[1].card.timeframe
        else {
            throw StrategyError(
                .unusableModel,
                "'\(models[0].modelID)' is for \(models[0].card.symbol) \(models[0].card.timeframe), "
                    + "'\(models[1].modelID)' for \(models[1].card.symbol) \(models[1].card.timeframe)",
                hint: "compare models of one symbol and timeframe")
        }
        let window = try options.bars(for: models)
        let costs = try options.costs.costs()
        let results = try scorers.map { scorer in
            try StrategyBacktest.run(
                bars: window.bars, measured: window.measured, scorer: scorer, limits: options.limits.limits,
                costs: costs)
        }
        let report = ComparisonReport(
            first: results[0], second: results[1],
            comparison: try PairedComparison(
                first: results[0].backtest.strategy.netReturns, second: results[1].backtest.strategy.netReturns,
                bootstrap: bootstrap()))
        print(json ? try CompactJSON.text(report.json) : report.text)
    }

    private func bootstrap() throws(MarketError) -> StationaryBootstrap {
        try StationaryBootstrap(resampleCount: resamples, meanBlockLength: block, seed: seed)
    }
}
