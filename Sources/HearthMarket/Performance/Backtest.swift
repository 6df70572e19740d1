package import HearthArtifacts

/// Decisions over bars, measured: the strategy, buy-and-hold beside it, and what both come to.
///
/// Whoever has a position per bar can have one: the trainer over the bars it held out, `hearth-trainer backtest` with
/// the live engine's decisions, `hearth-trainer measure` with those of a file.
package struct Backtest: Sendable, Equatable {
    package let costs: TradeCosts
    package let strategy: BarReturns
    package let buyAndHold: BarReturns
    package let measures: PerformanceMeasures
    package let buyAndHoldMeasures: PerformanceMeasures
    package let curve: EquityCurve

    /// - Parameters:
    ///   - bars: in the order of time, at least two.
    ///   - wanted: the position that was decided at the close of each bar; as many as bars.
    ///   - timeframe: how long a bar lasts; nil when that is not known.
    /// - Throws: ``MarketError`` for what ``BarReturns`` refuses.
    package init(
        bars: some Collection<Bar>, wanted: some Collection<Position>, costs: TradeCosts, timeframe: Timeframe?
    ) throws(MarketError) {
        self.costs = costs
        strategy = try BarReturns(bars: bars, wanted: wanted, costs: costs)
        buyAndHold = try BarReturns.buyAndHold(bars, costs: costs)
        measures = PerformanceMeasures(strategy, timeframe: timeframe)
        buyAndHoldMeasures = PerformanceMeasures(buyAndHold, timeframe: timeframe)
        curve = try EquityCurve(strategy: strategy, buyAndHold: buyAndHold)
    }

    /// The decisions that `rule` makes of one score per bar, measured.
    ///
    /// Throws as ``init(bars:wanted:costs:timeframe:)``.
    package init(
        bars: some Collection<Bar>, scores: some Collection<Double>, rule: DecisionRule, costs: TradeCosts,
        timeframe: Timeframe?
    ) throws(MarketError) {
        try self.init(bars: bars, wanted: scores.map(rule.position(for:)), costs: costs, timeframe: timeframe)
    }

    /// ``PerformanceMeasures/metrics`` of the strategy, those of buy-and-hold with `buy_and_hold_` before them, and the
    /// costs that were assumed.
    package var metrics: [String: JSONValue] {
        var members = measures.metrics
        for (key, value) in buyAndHoldMeasures.metrics where Self.comparedKeys.contains(key) {
            members["buy_and_hold_\(key)"] = value
        }
        members["fee_basis_points"] = .number(costs.feeBasisPoints)
        members["slippage_basis_points"] = .number(costs.slippageBasisPoints)
        return members
    }

    /// What of buy-and-hold stands beside: its position never changes, so the rest says nothing.
    private static let comparedKeys: Set = [
        "cum_return", "sharpe", "sharpe_standard_error", "sharpe_per_bar", "mean_return", "max_drawdown",
    ]
}
