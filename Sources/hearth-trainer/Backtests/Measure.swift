import ArgumentParser
import HearthArtifacts
import HearthCore
import HearthMarket

/// `hearth-trainer measure`: positions from anywhere, measured as a backtest measures a model's.
struct Measure: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Measures positions that you have over a file of bars.",
        discussion: """
            The same arithmetic as a backtest's, for the decisions of any program: a file with the columns close_time \
            and position (-1, 0, 1 or short, flat, long), one line per bar. The position of a bar's close is filled at \
            the open of the next one, with costs for every unit of change; buy-and-hold stands beside.

            Sharpe ratios are per year and have their standard error beside them: two that differ by less than both \
            errors are not told apart. They are unknown below 30 bars.

            Example:

              hearth-trainer measure --data bars.csv --positions mine.csv --fee-bps 5 --output mine
            """)

    @OptionGroup var window: BarWindowOptions

    @Option(help: "The CSV file of positions.")
    var positions: String

    @OptionGroup var costs: CostOptions

    @Option(help: "A folder for metrics.csv, equity.csv and equity.svg.")
    var output: String?

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func run() throws {
        let window = try window.read()
        let bars = window.bars[window.measured]
        let backtest = try Backtest(
            bars: bars, wanted: PositionFile.read(positions, for: bars), costs: costs.costs(),
            timeframe: window.timeframe)
        var metrics = backtest.metrics
        metrics["bars"] = .integer(Int64(bars.count))
        if let output {
            try BacktestFolder(path: output).write(backtest, metrics: metrics, title: positions, signals: nil)
        }
        if json {
            metrics["from"] = .string(backtest.measures.firstClose.iso8601)
            metrics["to"] = .string(backtest.measures.lastClose.iso8601)
            print(try CompactJSON.text(metrics))
        } else {
            let table = PerformanceTable(backtest: backtest)
            print(MeasureLines.aligned([("positions", positions)] + table.lines) + "\n\n" + table.text)
            if let output { print("\nwritten: \(output)/metrics.csv, equity.csv, equity.svg") }
        }
    }
}
