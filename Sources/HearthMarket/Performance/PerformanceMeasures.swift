package import HearthCore

/// What a run was worth, bar by bar, costs taken off. The formulas are in <doc:Performance>.
///
/// A measure that is undefined is nil, never 0.
package struct PerformanceMeasures: Sendable, Equatable {
    /// The returns that were measured: one less than bars.
    package var returnCount: Int
    /// The close times of the first and the last bar.
    package var firstClose: Timestamp
    package var lastClose: Timestamp
    /// The equity at the end, less 1.
    package var cumulativeReturn: Double
    /// The mean net return per bar.
    package var meanReturn: Double
    /// Nil below ``SharpeRatio/returnCountMin`` returns and when they do not differ.
    package var sharpe: SharpeRatio?
    /// Bars in a year of 365.25 days as they really came; see ``barsPerYear(returnCount:from:to:timeframe:)``.
    package var barsPerYear: Double
    /// The deepest fall of the equity below its peak, as a share of the peak: 0 to 1.
    package var maxDrawdown: Double
    /// Of the bars in which something was held, the share with a net return above 0; nil when nothing was held.
    package var hitRate: Double?
    /// Units of position that changed: from long to short is 2.
    package var turnover: Int
    /// The share of bars in which something was held from the open on.
    package var exposure: Double
    /// How often a position was taken: from flat, or from the other side.
    package var tradeCount: Int
    /// The sum of each bar's costs as a share of the equity then.
    package var costs: Double

    /// - Parameter timeframe: how long a bar lasts; nil when that is not known.
    package init(_ run: BarReturns, timeframe: Timeframe?) {
        let returns = run.netReturns
        returnCount = returns.count
        firstClose = run.closeTimes[0]
        lastClose = run.closeTimes[run.closeTimes.count - 1]
        cumulativeReturn = run.equity[run.equity.count - 1] - 1
        meanReturn = SharpeRatio.mean(returns)
        sharpe = SharpeRatio(returns)
        barsPerYear = Self.barsPerYear(
            returnCount: returns.count, from: firstClose, to: lastClose, timeframe: timeframe)
        maxDrawdown = run.drawdowns.reduce(0, max)
        let held = run.steps.filter { $0.position != .flat }
        hitRate = held.isEmpty ? nil : Double(held.count { $0.netReturn > 0 }) / Double(held.count)
        turnover = run.steps.reduce(0) { $0 + $1.change }
        exposure = Double(held.count) / Double(run.steps.count)
        tradeCount = held.count { $0.change > 0 }
        costs = run.steps.reduce(0) { $0 + $1.cost }
    }

    /// A year of 365.25 days, as astronomers count it.
    package static let microsecondsPerYear = 31_557_600e6

    /// How many bars a year has: `returnCount x year / (last close - first close)`, but never more than fit into a
    /// year when they follow each other without a gap, `year / timeframe`.
    ///
    /// Counted and not assumed, since a market may be closed at night, at week-ends and on holidays: hourly bars of a
    /// currency come some 6,200 times a year, not 8,766.
    package static func barsPerYear(
        returnCount: Int, from first: Timestamp, to last: Timestamp, timeframe: Timeframe?
    ) -> Double {
        let span = Double(last.microseconds) - Double(first.microseconds)
        let counted = Double(returnCount) * microsecondsPerYear / max(1, span)
        guard let timeframe else { return counted }
        return min(counted, microsecondsPerYear / Double(timeframe.microseconds))
    }

    /// Per year.
    package var annualSharpe: Double? { sharpe?.annualised(barsPerYear: barsPerYear) }
    /// Of ``annualSharpe``.
    package var annualSharpeStandardError: Double? { sharpe?.annualisedStandardError(barsPerYear: barsPerYear) }
    /// ``turnover`` as it would be in a year.
    package var annualTurnover: Double { Double(turnover) / Double(returnCount) * barsPerYear }
}
