import HearthCore
import Testing

@testable import HearthMarket

/// Positions, bars and costs become net returns (R145).
struct BarReturnsTests {
    private let costs: TradeCosts

    init() throws {
        costs = try TradeCosts(feeBasisPoints: 8, slippageBasisPoints: 2)
    }

    @Test func `what is wanted at a close is filled at the next open`() throws {
        // The jump from 100 to 110 at the second open is not earned: it was over before the fill.
        let bars = PerformanceSamples.bars([(100, 100), (110, 121), (121, 121)])
        let run = try BarReturns(bars: bars, wanted: [.long, .flat, .flat], costs: .free)
        #expect(run.steps.map(\.position) == [.long, .flat])
        #expect(abs(run.netReturns[0] - 0.1) < 1e-15)
        #expect(run.netReturns[1] == 0)
        #expect(run.equity.count == 3)
        #expect(abs(run.equity[2] - 1.1) < 1e-15)
    }

    @Test func `a position that is left earns the gap up to the open that ends it`() throws {
        let bars = PerformanceSamples.bars([(100, 100), (100, 100), (90, 80)])
        let run = try BarReturns(bars: bars, wanted: [.long, .flat, .long], costs: .free)
        #expect(abs(run.netReturns[1] + 0.1) < 1e-15)
    }

    @Test func `a short earns what a price falls`() throws {
        let bars = PerformanceSamples.bars([(100, 100), (100, 90), (90, 99)])
        let run = try BarReturns(bars: bars, wanted: [.short, .short, .flat], costs: .free)
        #expect(abs(run.netReturns[0] - 0.1) < 1e-15)
        #expect(abs(run.netReturns[1] + 0.1) < 1e-15)
    }

    @Test func `every unit of change costs, nothing costs where nothing changes`() throws {
        let bars = PerformanceSamples.bars(Array(repeating: (100, 100), count: 5))
        let run = try BarReturns(bars: bars, wanted: [.long, .long, .short, .flat, .long], costs: costs)
        #expect(run.steps.map(\.change) == [1, 0, 2, 1])
        #expect(run.netReturns.map { ($0 * 1e6).rounded() } == [-1000, 0, -2000, -1000])
    }

    @Test func `buy and hold pays one entry and follows the price`() throws {
        let bars = PerformanceSamples.walk(count: 500, seed: 4).bars
        let run = try BarReturns.buyAndHold(bars, costs: costs)
        let expected = 0.999 * bars[499].close / bars[1].open
        #expect(abs((run.equity.last ?? 0) / expected - 1) < 1e-12)
    }

    @Test func `an account that has lost everything stays at zero`() throws {
        let bars = PerformanceSamples.bars([(100, 100), (100, 250), (250, 100), (100, 50)])
        let run = try BarReturns(bars: bars, wanted: [.short, .short, .short, .flat], costs: costs)
        #expect(run.equity == [1, 0, 0, 0])
        #expect(run.netReturns == [-1, 0, 0])
        #expect(run.drawdowns == [0, 1, 1, 1])
    }

    @Test func `bars one by one give the same as bars at once`() throws {
        let (bars, wanted) = PerformanceSamples.walk(count: 400, seed: 9)
        let run = try BarReturns(bars: bars, wanted: wanted, costs: costs)
        var account = EquityAccount(costs: costs)
        var equity: [Double] = []
        for (index, bar) in bars.enumerated() {
            _ = try account.pass(bar, wanted: index == 0 ? .flat : wanted[index - 1])
            equity.append(account.equity)
        }
        #expect(equity == run.equity)
        #expect(account.drawdown == run.drawdowns.last)
    }

    @Test func `an account that goes on where another one was gives the same numbers`() throws {
        let (bars, wanted) = PerformanceSamples.walk(count: 60, seed: 9)
        var whole = EquityAccount(costs: costs)
        var parts = whole
        for (index, bar) in bars.enumerated() {
            parts = EquityAccount(
                costs: costs, equity: parts.equity, peakEquity: parts.peakEquity, position: parts.position,
                lastClose: index == 0 ? nil : bars[index - 1].close)
            #expect(try parts.pass(bar, wanted: wanted[index]) == whole.pass(bar, wanted: wanted[index]))
            #expect(parts == whole)
        }
        whole.forgetPeak()
        #expect(whole.drawdown == 0)
        let impossible = EquityAccount(
            costs: costs, equity: .nan, peakEquity: -1, position: .long, lastClose: .infinity)
        #expect(impossible.equity == 0 && impossible.drawdown == 0)
    }

    @Test(arguments: [(0.0, 1.0), (1.0, -1.0), (.nan, 1.0), (1.0, .infinity)])
    func `what is no price is refused`(open: Double, close: Double) throws {
        let bars = PerformanceSamples.bars([(100, 100), (open, close)])
        let error = #expect(throws: MarketError.self) {
            try BarReturns(bars: bars, wanted: [.flat, .flat], costs: .free)
        }
        #expect(error?.message == "the bar of 1970-01-01T01:00:00.000000Z opens at \(open) and closes at \(close)")
    }

    @Test func `a price that no account can follow is refused`() throws {
        let bars = PerformanceSamples.bars([(1e-300, 1e-300), (1e-300, 1e300)])
        let error = #expect(throws: MarketError.self) {
            try BarReturns(bars: bars, wanted: [.long, .flat], costs: .free)
        }
        #expect(error?.message.contains("no account can follow") == true)
    }

    @Test func `one bar, fewer positions than bars and bars out of order are refused`() throws {
        let bars = PerformanceSamples.walk(count: 3, seed: 1).bars
        #expect(throws: MarketError.self) {
            try BarReturns(bars: bars.prefix(1), wanted: [.flat], costs: .free)
        }
        #expect(throws: MarketError.self) { try BarReturns(bars: bars, wanted: [.flat], costs: .free) }
        let error = #expect(throws: MarketError.self) {
            try BarReturns(bars: [bars[1], bars[0], bars[2]], wanted: [.flat, .flat, .flat], costs: .free)
        }
        #expect(error?.hint == "bars must be in the order of time, none twice")
    }

    @Test(arguments: [(-1.0, 0.0), (0.0, .nan), (.infinity, 0.0), (3000.0, 3000.0)])
    func `costs outside of what is possible are refused`(fee: Double, slippage: Double) {
        #expect(throws: MarketError.self) { try TradeCosts(feeBasisPoints: fee, slippageBasisPoints: slippage) }
    }
}
