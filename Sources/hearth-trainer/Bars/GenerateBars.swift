import ArgumentParser
import HearthArtifacts
import HearthMarket

/// `hearth-trainer generate bars`.
struct GenerateBars: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bars",
        abstract: "Bars of a made-up market whose regimes are known.",
        discussion: """
            Columns: open_time, close_time, open, high, low, close, volume, regime. The regimes, each for a random \
            while: trend_up, trend_down, mean_reverting (pulled back to where it began), volatile (three times the \
            movement, no direction). The column regime is the truth, for tests; bars are read without it. The same \
            parameters give the same file.

            Example: hearth-trainer generate bars --output bars.csv --timeframe 1h --count 5000 --seed 7
            """)

    @Option(help: "The CSV file to write.")
    var output: String

    @Option(help: "Bars, 1 to 10000000.")
    var count = 5000

    @Option(help: "How long a bar lasts, such as 15m, 1h or 1d.")
    var timeframe = "1h"

    @Option(help: "Any whole number; the same one gives the same file.")
    var seed: UInt64 = 7

    @Option(help: "The first price, 1 to 1000000.")
    var startPrice = 100.0

    @Option(help: "The deviation of a calm bar's return, 0.000001 to 0.05.")
    var volatility = 0.004

    @Option(help: "The regimes that may come, separated by commas; all unless given.")
    var regimes: String?

    @Flag(help: "Print JSON instead of text.")
    var json = false

    func run() throws {
        try reportingUsage {
            var parameters = BarGenerator.Parameters(timeframe: try Timeframe(timeframe))
            parameters.count = count
            parameters.seed = seed
            parameters.startPrice = startPrice
            parameters.volatility = volatility
            if let regimes { parameters.regimes = try chosen(regimes) }
            let bars = try BarGenerator(parameters).bars()
            try BarFile.write(bars, to: output)
            var counts: [String: JSONValue] = [:]
            for regime in BarRegime.allCases {
                counts[regime.rawValue] = .integer(Int64(bars.count { $0.regime == regime }))
            }
            if json {
                print(
                    try CompactJSON.text([
                        "path": .string(output), "bars": .integer(Int64(bars.count)), "regimes": .object(counts),
                        "timeframe": .string(timeframe), "seed": .string(String(seed)),
                    ]))
            } else {
                print("wrote \(output): \(bars.count) bars of \(timeframe) (seed \(seed))")
            }
        }
    }

    private func chosen(_ names: String) throws -> [BarRegime] {
        try names.split(separator: ",").map { name in
            guard let regime = BarRegime(rawValue: String(name)) else {
                throw ValidationError(
                    "the regime is '\(name)', expected "
                        + BarRegime.allCases.map(\.rawValue).joined(separator: ", "))
            }
            return regime
        }
    }
}
