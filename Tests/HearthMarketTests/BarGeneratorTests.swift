import Glibc
import HearthMarket
import Testing

struct BarGeneratorTests {
    private func generated(_ change: (inout BarGenerator.Parameters) throws -> Void = { _ in }) throws
        -> [BarGenerator.GeneratedBar]
    {
        var parameters = BarGenerator.Parameters(timeframe: try Timeframe("1h"))
        try change(&parameters)
        return try BarGenerator(parameters).bars()
    }

    @Test func `the same seed gives the same bars, another one others`() throws {
        #expect(try generated() == generated())
        #expect(try generated() != generated { $0.seed = 8 })
        #expect(try generated { $0.count = 100 } == Array(generated().prefix(100)))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `generated bars are good, in order and without a gap`(seed: UInt64) throws {
        var validator = BarValidator(timeframe: try Timeframe("1h"))
        for (index, generated) in try generated({ $0.seed = seed }).enumerated() {
            #expect(validator.check(generated.bar, line: index) == nil)
        }
        #expect(validator.report.gaps.count == 0)
        #expect(validator.report.barCount == 5000)
    }

    @Test func `each regime is what its name says`() throws {
        let bars = try generated { $0.count = 40_000 }
        var sums: [BarRegime: (count: Double, sum: Double, squares: Double)] = [:]
        for (before, bar) in zip(bars, bars.dropFirst()) where before.regime == bar.regime {
            let move = log(bar.bar.close / before.bar.close)
            var entry = sums[bar.regime] ?? (0, 0, 0)
            entry.count += 1
            entry.sum += move
            entry.squares += move * move
            sums[bar.regime] = entry
        }
        func mean(_ regime: BarRegime) throws -> Double {
            let entry = try #require(sums[regime])
            return entry.sum / entry.count
        }
        func deviation(_ regime: BarRegime) throws -> Double {
            let entry = try #require(sums[regime])
            return (entry.squares / entry.count - (entry.sum / entry.count) * (entry.sum / entry.count)).squareRoot()
        }
        // 0.3 volatilities of 0.004 a bar, over about 10,000 bars each.
        #expect(abs(try mean(.trendUp) - 0.0012) < 0.0002)
        #expect(abs(try mean(.trendDown) + 0.0012) < 0.0002)
        #expect(abs(try mean(.meanReverting)) < 0.0002)
        #expect(abs(try deviation(.trendUp) - 0.004) < 0.0003)
        #expect(try deviation(.volatile) > 2.7 * deviation(.trendUp))
        // A regime that is pulled back wanders less far than one that is not: beyond 5 volatilities hardly ever.
        var (anchor, previous, furthest) = (0.0, BarRegime.volatile, 0.0)
        for bar in bars {
            if bar.regime != previous { anchor = log(bar.bar.open) }
            previous = bar.regime
            if bar.regime == .meanReverting { furthest = max(furthest, abs(log(bar.bar.close) - anchor)) }
        }
        #expect(furthest < 0.004 * 10)
    }

    @Test func `parameters out of range are refused`() {
        #expect(throws: MarketError.self) { try generated { $0.count = 0 } }
        #expect(throws: MarketError.self) { try generated { $0.startPrice = .nan } }
        #expect(throws: MarketError.self) { try generated { $0.volatility = 1 } }
        #expect(throws: MarketError.self) { try generated { $0.regimes = [] } }
        #expect(throws: MarketError.self) { try generated { $0.regimeBarCount = 0...5 } }
        #expect(throws: MarketError.self) {
            try generated {
                $0.count = 10_000_000
                $0.timeframe = try Timeframe("53w")
            }
        }
    }
}
