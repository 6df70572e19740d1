import HearthArtifacts
import HearthCore
import HearthMarket
import HearthStrategy

/// What `compare` says of two models, for a person and for a program.
struct ComparisonReport {
    let first: StrategyBacktest
    let second: StrategyBacktest
    let comparison: PairedComparison

    var json: [String: JSONValue] {
        [
            "first": .object(member(first)), "second": .object(member(second)),
            "returns": .integer(Int64(comparison.returnCount)),
            "mean_return_difference": object(comparison.meanReturn),
            "sharpe_per_bar_difference": comparison.sharpePerBar.map(object) ?? .null,
            "correlation": comparison.correlation.map(JSONValue.number) ?? .null,
            "bars_first_better": .integer(Int64(comparison.betterCount)),
            "bars_second_better": .integer(Int64(comparison.worseCount)),
            "bootstrap": .object([
                "resamples": .integer(Int64(comparison.bootstrap.resampleCount)),
                "mean_block_length": .number(comparison.blockLength),
                "seed": .string(String(comparison.bootstrap.seed)), "confidence": .number(0.95),
            ]),
            "is_clear": .bool(comparison.meanReturn.isClear), "verdict": .string(verdict),
        ]
    }

    private func member(_ result: StrategyBacktest) -> [String: JSONValue] {
        var members = result.backtest.metrics
        members["model_id"] = .string(result.model.modelID)
        members["trained_bars"] = .integer(Int64(result.trainedBarCount))
        return members
    }

    private func object(_ difference: PairedComparison.Difference) -> JSONValue {
        .object([
            "estimate": .number(difference.estimate), "low": .number(difference.low), "high": .number(difference.high),
        ])
    }

    private var verdict: String { comparison.verdict(first: first.model.modelID, second: second.model.modelID) }

    var text: String {
        let table = PerformanceTable(backtest: first.backtest)
        var lines = [("first", first.model.modelID), ("second", second.model.modelID)] + table.lines
        for (name, result) in [("first", first), ("second", second)] where result.trainedBarCount > 0 {
            lines.append(
                (
                    "look-ahead",
                    "\(name): \(result.trainedBarCount) bars are no later than what it has learned from, and flatter it"
                ))
        }
        lines += [
            ("mean return per bar", basisPoints(comparison.meanReturn)),
            ("sharpe per bar", comparison.sharpePerBar.map(ratio) ?? "unknown: one of them does not vary"),
            ("correlation", comparison.correlation.map { MeasureLines.decimal($0, 3) } ?? "unknown"),
            (
                "bars",
                "first better in \(comparison.betterCount), second in \(comparison.worseCount) of "
                    + "\(comparison.returnCount)"
            ),
            (
                "bootstrap",
                "\(comparison.bootstrap.resampleCount) resamples, blocks of "
                    + "\(MeasureLines.decimal(comparison.blockLength, 1)) bars on average, seed "
                    + "\(comparison.bootstrap.seed)"
            ),
        ]
        let measures = PerformanceTable.text(
            [
                ("first", first.backtest.measures), ("second", second.backtest.measures),
                ("buy and hold", first.backtest.buyAndHoldMeasures),
            ])
        return "\(MeasureLines.aligned(lines))\n\n\(measures)\n\n\(verdict)"
    }

    /// `+1.23 bp [0.11, 2.35]`.
    private func basisPoints(_ difference: PairedComparison.Difference) -> String {
        func text(_ value: Double) -> String { MeasureLines.decimal(value * 10_000, 3) }
        return "first - second: \(text(difference.estimate)) bp, 95 % interval \(text(difference.low)) to "
            + "\(text(difference.high)) bp"
    }

    private func ratio(_ difference: PairedComparison.Difference) -> String {
        func text(_ value: Double) -> String { MeasureLines.decimal(value, 4) }
        return "first - second: \(text(difference.estimate)), 95 % interval \(text(difference.low)) to "
            + text(difference.high)
    }
}
