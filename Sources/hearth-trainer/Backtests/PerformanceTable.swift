import HearthCore
import HearthMarket

/// A backtest for a person: the strategy and buy-and-hold side by side.
struct PerformanceTable {
    let backtest: Backtest

    /// What was measured, and at which costs.
    var lines: [(String, String)] {
        let measures = backtest.measures
        let costs = backtest.costs
        return [
            (
                "bars",
                "\(measures.returnCount + 1), closing \(Self.minute(measures.firstClose.iso8601)) to "
                    + "\(Self.minute(measures.lastClose.iso8601)), "
                    + "\(MeasureLines.decimal(measures.barsPerYear, 0)) a year"
            ),
            (
                "costs",
                "fee \(MeasureLines.decimal(costs.feeBasisPoints, 2)) bp + slippage "
                    + "\(MeasureLines.decimal(costs.slippageBasisPoints, 2)) bp of what is traded"
            ),
        ]
    }

    /// The measures, one per line, strategy first.
    var text: String {
        Self.text([("strategy", backtest.measures), ("buy and hold", backtest.buyAndHoldMeasures)])
    }

    /// The measures of several runs, one per line, a run per column.
    static func text(_ runs: [(name: String, measures: PerformanceMeasures)]) -> String {
        func row(_ name: String, _ value: (PerformanceMeasures) -> String) -> [String] {
            [name] + runs.map { value($0.measures) }
        }
        return aligned([
            [""] + runs.map(\.name),
            row("cum_return") { percent($0.cumulativeReturn) },
            row("sharpe (per year)") { sharpe($0) },
            row("max_drawdown") { percent($0.maxDrawdown) },
            row("hit_rate") { $0.hitRate.map { percent($0) } ?? "unknown" },
            row("exposure") { percent($0.exposure) },
            row("trades") { "\($0.tradeCount)" },
            row("turnover") { "\($0.turnover) (\(MeasureLines.decimal($0.annualTurnover, 1)) a year)" },
            row("costs") { percent($0.costs) },
        ])
    }

    /// The first column to the left, the others to the right.
    static func aligned(_ rows: [[String]]) -> String {
        let widths = (rows.first ?? []).indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        return rows.map { row in
            row.enumerated().map { column, text in
                let blanks = String(repeating: " ", count: widths[column] - text.count)
                return column == 0 ? text + blanks : blanks + text
            }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    static func percent(_ value: Double) -> String { MeasureLines.decimal(value * 100, 2) + " %" }

    /// `0.81 ± 0.65`: the ratio and its standard error.
    static func sharpe(_ measures: PerformanceMeasures) -> String {
        guard let sharpe = measures.annualSharpe, let error = measures.annualSharpeStandardError else {
            return "unknown"
        }
        return "\(MeasureLines.decimal(sharpe, 2)) ± \(MeasureLines.decimal(error, 2))"
    }

    private static func minute(_ iso8601: String) -> String {
        iso8601.prefix(16).replacing("T", with: " ") + "Z"
    }
}
