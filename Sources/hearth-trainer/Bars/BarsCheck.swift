import ArgumentParser
import HearthArtifacts
import HearthMarket

/// `hearth-trainer bars check`.
struct BarsCheck: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Says how many bars a file has, and what is wrong with its other lines.",
        discussion: """
            The file is CSV (columns time, open, high, low, close, and, if there are, volume and close_time, in any \
            order and under their common names; commas, semicolons or tabs), an archive of Binance's klines, or one \
            JSON object per line. Times are ISO 8601, or numbers since 1970 in seconds, milliseconds, microseconds \
            or nanoseconds.

            Reported are lines that cannot be read, prices that are missing, zero or less, highs and lows that \
            contradict the other prices, duplicates, bars out of order, and gaps; a gap over a weekend is told \
            apart. Trainer and engine skip such lines and use the others. Exit code 0, or 2 with --strict when any \
            line gives no bar.

            Example: hearth-trainer bars check EURUSD.csv
            """)

    @Argument(help: "The file.")
    var file: String

    @Option(help: "How long a bar lasts, such as 15m, 1h or 1d; the most common step unless given.")
    var timeframe: String?

    @Flag(help: "Exit with code 2 when any line gives no bar.")
    var strict = false

    @Flag(help: "Print one JSON object instead of text.")
    var json = false

    func run() throws {
        try reportingUsage {
            let length = try timeframe.map { text throws(MarketError) in try Timeframe(text) }
            let report = try BarFile.read(file, timeframe: length).report
            if json {
                var members = report.json
                members["path"] = .string(file)
                print(try CompactJSON.text(members))
            } else {
                print(MeasureLines.aligned([("file", file)] + report.lines.map { ($0.name, $0.value) }))
            }
            if strict, report.problemCount > 0 { throw ExitCode(2) }
        }
    }
}
