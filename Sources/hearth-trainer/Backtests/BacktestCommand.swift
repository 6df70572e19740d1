import ArgumentParser
import HearthArtifacts
import HearthCore
import HearthMarket
import HearthStrategy

/// `hearth-trainer backtest`: a model over bars of the past, by the live engine.
struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Measures what a model's decisions would have brought over a file of bars.",
        discussion: """
            The decisions are those of the live engine: the model's own features, decision rule and, with --limits \
            live, kill switches. What is wanted at a bar's close is filled at the open of the next one, at \
            --fee-bps and --slippage-bps of what is traded. Buy-and-hold stands beside.

            Bars that the model has learned from flatter it: they are counted in the output, --unseen leaves them out. \
            Sharpe ratios are per year and have their standard error beside them; below 30 bars they are unknown.

            --output writes metrics.csv, equity.csv, equity.svg and signals.ndjson, the signal log that `hearth live` \
            writes for the same bars.

            Example:

              hearth-trainer backtest gradient_boosting.EURUSD.1h --data eurusd.csv --unseen \\
                  --fee-bps 0.5 --slippage-bps 0.5 --output backtest
            """)

    @Argument(help: "A model_id, or a name such as gradient_boosting.EURUSD.1h whose production version is meant.")
    var model: String

    @OptionGroup var options: StrategyOptions

    @Option(help: "A folder for metrics.csv, equity.csv, equity.svg and signals.ndjson.")
    var output: String?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func run() throws {
        let (store, directory) = try options.open()
        let scorer = try options.scorer(model, store, directory)
        let window = try options.bars(for: [scorer.model])
        let result = try StrategyBacktest.run(
            bars: window.bars, measured: window.measured, scorer: scorer, limits: options.limits.limits,
            costs: options.costs.costs())
        let classification = try Self.classification(result, window)
        let report = BacktestReport(result: result, classification: classification, limits: options.limits)
        if let output {
            let title =
                "\(result.model.modelID), \(result.backtest.measures.firstClose.iso8601.prefix(10)) to "
                + "\(result.backtest.measures.lastClose.iso8601.prefix(10))"
            try BacktestFolder(path: output).write(
                result.backtest, metrics: report.metrics, title: title, signals: result.log)
        }
        if json {
            print(try CompactJSON.text(report.json))
        } else {
            print(report.text)
            if let output { print("\nwritten: \(output)/metrics.csv, equity.csv, equity.svg, signals.ndjson") }
        }
    }

    /// Nil for a model whose score is no probability, or that says nothing of its labels.
    static func classification(
        _ result: StrategyBacktest, _ window: BarWindow
    ) throws -> ClassificationMeasures? {
        let card = result.model.card
        guard card.decision.output == "predict_proba", card.decision.column == 1, card.label != .null else {
            return nil
        }
        return try DirectionMeasures.measure(
            scores: result.signals.map(\.score), measured: window.measured, bars: window.bars,
            label: LabelConfiguration(json: card.label))
    }
}
