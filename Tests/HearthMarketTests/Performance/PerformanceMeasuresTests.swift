import HearthArtifacts
import HearthCore
import Testing

@testable import HearthMarket

/// Measures of a run (R134, R145).
struct PerformanceMeasuresTests {
    /// A run of 32 returns that alternate between +2 % and -1 %.
    private func alternating() throws -> BarReturns {
        var prices: [(open: Double, close: Double)] = [(100, 100)]
        for index in 0..<32 {
            let open = prices[index].close
            prices.append((open, open * (index.isMultiple(of: 2) ? 1.02 : 0.99)))
        }
        let bars = PerformanceSamples.bars(prices)
        return try BarReturns(bars: bars, wanted: Array(repeating: .long, count: 33), costs: .free)
    }

    @Test func `measures of a run that can be worked out by hand`() throws {
        let measures = PerformanceMeasures(try alternating(), timeframe: try Timeframe("1h"))
        var growth = 1.0
        for _ in 0..<16 { growth *= 1.02 * 0.99 }
        #expect(abs(measures.cumulativeReturn - (growth - 1)) < 1e-12)
        #expect(abs(measures.meanReturn - 0.005) < 1e-12)
        // Each return is 0.015 from the mean: sd = 0.015 sqrt(32 / 31).
        let sharpe = 0.005 / (0.015 * (32.0 / 31).squareRoot())
        #expect(abs((measures.sharpe?.perBar ?? 0) - sharpe) < 1e-12)
        #expect(abs((measures.sharpe?.standardError ?? 0) - ((1 + sharpe * sharpe / 2) / 32).squareRoot()) < 1e-12)
        #expect(measures.barsPerYear == 8766)
        #expect(abs((measures.annualSharpe ?? 0) - sharpe * 8766.0.squareRoot()) < 1e-10)
        #expect(abs(measures.maxDrawdown - 0.01) < 1e-12)
        #expect(measures.hitRate == 0.5)
        #expect(measures.exposure == 1)
        #expect(measures.turnover == 1)
        #expect(measures.tradeCount == 1)
    }

    @Test func `there is no Sharpe ratio below 30 returns`() throws {
        let (bars, wanted) = PerformanceSamples.walk(count: 31, seed: 2)
        let enough = PerformanceMeasures(
            try BarReturns(bars: bars, wanted: wanted, costs: .free), timeframe: nil)
        #expect(enough.returnCount == 30)
        #expect(enough.sharpe != nil)
        let few = PerformanceMeasures(
            try BarReturns(bars: bars.dropLast(), wanted: wanted.dropLast(), costs: .free), timeframe: nil)
        #expect(few.sharpe == nil)
        #expect(few.metrics["sharpe"] == .null)
        #expect(few.metrics["cum_return"] != .null)
    }

    @Test func `returns that do not differ have no Sharpe ratio, nor has a run that never traded a hit rate`() throws {
        let bars = PerformanceSamples.walk(count: 50, seed: 2).bars
        let idle = PerformanceMeasures(
            try BarReturns(bars: bars, wanted: Array(repeating: .flat, count: 50), costs: .free), timeframe: nil)
        #expect(idle.sharpe == nil)
        #expect(idle.hitRate == nil)
        #expect(idle.exposure == 0)
        #expect(idle.metrics["hit_rate"] == .null)
        #expect(SharpeRatio(Array(repeating: 0.001, count: 40)) == nil)
    }

    @Test func `bars per year are counted where a market is closed in between`() throws {
        // Five bars of a day, then two days without: 5 of 7 days.
        let day: Int64 = 86_400_000_000
        var bars = PerformanceSamples.bars(Array(repeating: (1, 1), count: 7 * 52 + 1), stepMicroseconds: day)
        bars = bars.enumerated().filter { $0.offset % 7 < 5 }.map(\.element)
        let run = try BarReturns(bars: bars, wanted: Array(repeating: .long, count: bars.count), costs: .free)
        let perYear = PerformanceMeasures(run, timeframe: try Timeframe("1d")).barsPerYear
        #expect(abs(perYear - 365.25 * 5 / 7) < 0.01)
    }

    @Test func `bars per year are never more than fit into one`() throws {
        let first = Timestamp(microseconds: 0)
        let last = Timestamp(microseconds: 10)
        let perYear = PerformanceMeasures.barsPerYear(
            returnCount: 5, from: first, to: last, timeframe: try Timeframe("1h"))
        #expect(perYear == 8766)
    }

    @Test func `a reversal is one trade and two units of turnover`() throws {
        let bars = PerformanceSamples.bars(Array(repeating: (100, 100), count: 6))
        let run = try BarReturns(bars: bars, wanted: [.long, .short, .short, .flat, .long, .flat], costs: .free)
        let measures = PerformanceMeasures(run, timeframe: nil)
        #expect(measures.tradeCount == 3)
        #expect(measures.turnover == 5)
        #expect(measures.exposure == 0.8)
        #expect(measures.hitRate == 0)
    }
}
