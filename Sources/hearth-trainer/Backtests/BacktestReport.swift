import HearthArtifacts
import HearthCore
import HearthMarket
import HearthStrategy
import HearthTraining

/// What `backtest` says of a model, for a person and for a program.
struct BacktestReport {
    let result: StrategyBacktest
    let classification: ClassificationMeasures?
    let limits: StrategyOptions.LimitChoice
    /// Nil when none were asked for.
    let shuffled: ShuffledComparison?

    /// What `metrics.csv` holds.
    var metrics: [String: JSONValue] {
        var members = result.backtest.metrics
        members["bars"] = .integer(Int64(result.bars.count))
        members["trained_bars"] = .integer(Int64(result.trainedBarCount))
        members["held_back_bars"] = .integer(Int64(result.heldBack.barCount))
        guard let classification else { return members }
        return members.merging(classification.metrics.map { ("label_\($0.key)", $0.value) }) { own, _ in own }
    }

    var json: [String: JSONValue] {
        var members = metrics
        members["model_id"] = .string(result.model.modelID)
        members["symbol"] = .string(result.model.card.symbol)
        members["timeframe"] = .string(result.model.card.timeframe.description)
        members["from"] = .string(result.backtest.measures.firstClose.iso8601)
        members["to"] = .string(result.backtest.measures.lastClose.iso8601)
        members["is_archived"] = .bool(result.model.isArchived)
        members["limits"] = .string(limits.rawValue)
        if let shuffled { members["shuffled"] = shuffled.json }
        members["held_back"] = .object(
            Dictionary(
                uniqueKeysWithValues: result.heldBack.reasons.map { ($0.reason, .integer(Int64($0.barCount))) }))
        return members
    }

    var text: String {
        let table = PerformanceTable(backtest: result.backtest)
        var lines = [
            ("model_id", result.model.modelID),
            ("market", "\(result.model.card.symbol) \(result.model.card.timeframe)"),
        ]
        if result.model.isArchived { lines.append(("archived", "it decides only because it was named")) }
        lines += table.lines
        lines.append(("look-ahead", lookAhead))
        lines.append(("held back", heldBack))
        if let classification { lines += Self.lines(of: classification) }
        let text = MeasureLines.aligned(lines) + "\n\n" + table.text
        return shuffled.map { text + "\n\n" + Self.text(of: $0) } ?? text
    }

    private static func text(of shuffled: ShuffledComparison) -> String {
        let returns = shuffled.cumulativeReturns
        let shown = [returns[0], returns[returns.count / 2], returns[returns.count - 1]].map(PerformanceTable.percent)
        return "shuffled labels: cum_return \(shown[0]) to \(shown[2]), median \(shown[1]); "
            + "p = \(MeasureLines.decimal(shuffled.pValue, 3))\n\(shuffled.verdict)"
    }

    private var lookAhead: String {
        let count = result.trainedBarCount
        return count == 0
            ? "none: all bars come after those that the model has learned from"
            : "\(count) bars are no later than the last that was learned from: they flatter the model "
                + "(--unseen leaves them out)"
    }

    private var heldBack: String {
        let (count, reasons) = result.heldBack
        let names = reasons.map { "\($0.reason) \($0.barCount)" }.joined(separator: ", ")
        return "\(count) bars" + (names.isEmpty ? "" : " (\(names))") + ", limits: \(limits.rawValue)"
    }

    private static func lines(of classification: ClassificationMeasures) -> [(String, String)] {
        let (up, other) = (classification.classes[1], classification.classes[0])
        func line(_ measures: ClassificationMeasures.PerClass) -> String {
            "precision \(MeasureLines.share(measures.precision))  recall \(MeasureLines.share(measures.recall))  "
                + "F1 \(MeasureLines.share(measures.f1))  (\(measures.support) bars)"
        }
        return [
            ("up", line(up)), ("not up", line(other)),
            (
                "probabilities",
                "log loss \(MeasureLines.decimal(classification.logLoss, 4)) (0.6931: always one half)  "
                    + "Brier \(MeasureLines.decimal(classification.brier, 4))"
            ),
        ]
    }
}
