import HearthArtifacts
import Testing

@testable import HearthMarket

/// Decisions over bars, measured (R134, R145).
struct BacktestTests {
    @Test func `the metrics hold the index's columns, buy and hold, and the costs`() throws {
        let (bars, wanted) = PerformanceSamples.walk(count: 200, seed: 8)
        let costs = try TradeCosts(feeBasisPoints: 3, slippageBasisPoints: 1.5)
        let backtest = try Backtest(bars: bars, wanted: wanted, costs: costs, timeframe: Timeframe("1h"))
        let metrics = backtest.metrics
        #expect(metrics["cum_return"] == .number(backtest.strategy.equity[199] - 1))
        #expect(metrics["sharpe"] == backtest.measures.annualSharpe.map(JSONValue.number))
        #expect(metrics["buy_and_hold_cum_return"] == .number(backtest.buyAndHold.equity[199] - 1))
        #expect(metrics["buy_and_hold_max_drawdown"] == .number(backtest.buyAndHoldMeasures.maxDrawdown))
        #expect(metrics["buy_and_hold_trades"] == nil)
        #expect(metrics["fee_basis_points"] == .number(3))
        #expect(metrics["slippage_basis_points"] == .number(1.5))
    }

    @Test func `scores are decided by the rule`() throws {
        let bars = PerformanceSamples.walk(count: 5, seed: 8).bars
        let rule = try DecisionRule(output: "predict_proba", column: 1, long: 0.6, short: 0.4)
        let backtest = try Backtest(
            bars: bars, scores: [0.6, 0.4, 0.5, .nan, 0.9], rule: rule, costs: .free, timeframe: nil)
        #expect(backtest.strategy.steps.map(\.position) == [.long, .short, .flat, .flat])
    }
}
