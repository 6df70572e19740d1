import ArgumentParser
import HearthArtifacts
import HearthCore
import HearthMarket
import HearthRegistry
import HearthStrategy
import HearthTraining

/// `hearth-trainer backtest`: a model over bars of the past, by the live engine.
struct BacktestCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backtest",
        abstract: "Measures what a model's decisions would have brought over a file of bars.",
        discussion: """
            The decisions are those of the live engine: the model's own features, decision rule and, with --limits \
            live, kill switches. What is wanted at a bar's close is filled at the open of the next one, at \
            --fee-bps and --slippage-bps of what is traded. Buy-and-hold stands beside.

            Bars no later than the last that the model has learned from flatter it: they are counted in the output, \
            --unseen leaves them out. Sharpe ratios are per year and have their standard error beside them; below 30 \
            bars they are unknown.

            --output writes metrics.csv, equity.csv, equity.svg and signals.ndjson. With --limits live the latter is \
            what `hearth live` writes for the same bars, but for the latencies: `hearth parity` holds them against \
            each other.

            --shuffled 20 learns the model 20 times more, as it was learned, but from labels in random order, and \
            trades each over the same bars. What such models earn is what the market, the costs and the decision rule \
            give without any knowledge; a model that they match has not shown any. The file must hold the bars that \
            the model was trained on; kill switches are left out on both sides.

            Example:

              hearth-trainer backtest gradient_boosting.EURUSD.1h --data eurusd.csv --unseen \\
                  --fee-bps 0.5 --slippage-bps 0.5 --output backtest
            """)

    @Argument(help: "A model_id, or a name such as gradient_boosting.EURUSD.1h whose production version is meant.")
    var model: String

    @OptionGroup var options: StrategyOptions

    @Option(help: "So many models more, from labels in random order, beside it: at least 19 to show anything.")
    var shuffled = 0

    @Option(help: "For --shuffled: any whole number; the same one gives the same models.")
    var seed: UInt64 = 1

    @Option(help: "A folder for metrics.csv, equity.csv, equity.svg and signals.ndjson.")
    var output: String?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func validate() throws {
        guard (0...ShuffledComparison.countMax).contains(shuffled) else {
            throw ValidationError("--shuffled is \(shuffled), expected 0 to \(ShuffledComparison.countMax)")
        }
        guard shuffled == 0 || options.limits == .none else {
            throw ValidationError(
                "models from shuffled labels run without kill switches: give --shuffled with --limits none")
        }
        guard seed <= UInt64(Int64.max) - UInt64(ShuffledComparison.countMax) else {
            throw ValidationError("--seed is \(seed), expected less than 2^63")
        }
    }

    func run() throws {
        let flag = shuffled > 0 ? try StopSignals.flag() : StopFlag()
        let (store, directory) = try options.open()
        let scorer = try options.scorer(model, store, directory)
        let window = try options.bars(for: [scorer.model])
        let result = try StrategyBacktest.run(
            bars: window.bars, measured: window.measured, scorer: scorer, limits: options.limits.limits,
            costs: options.costs.costs())
        let classification = try Self.classification(result, window)
        let report = BacktestReport(
            result: result, classification: classification, limits: options.limits,
            shuffled: try shuffledModels(result, window, store, flag))
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

    /// `--shuffled`; nil when none were asked for.
    private func shuffledModels(
        _ result: StrategyBacktest, _ window: BarWindow, _ store: any RegistryStore, _ flag: StopFlag
    ) throws -> ShuffledComparison? {
        guard shuffled > 0, let version = try store.version(try ModelID(result.model.modelID)),
            case .object(let parameters)? = JSONValue(text: version.parametersJSON)
        else { return nil }
        let labels = try ShuffledLabels(parameters: parameters, bars: window.bars)
        let progress = TrainingProgressLine()
        let control = TrainingControl(stop: flag) { progress.show($0) }
        defer { progress.clear() }
        let costs = try options.costs.costs()
        do {
            let outcomes = try (0..<UInt64(shuffled)).map { index in
                try labels.run(seed: seed + index, measured: window.measured, costs: costs, control: control)
            }
            return ShuffledComparison(model: result.backtest.measures, outcomes: outcomes)
        } catch let error as TrainingError where error.code == .stopped {
            throw ExitCode(StopSignals.exitStatus)
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
