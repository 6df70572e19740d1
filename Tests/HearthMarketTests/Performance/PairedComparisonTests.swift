import HearthCore
import Testing

@testable import HearthMarket

/// Two strategies over the same bars (R120, R146).
struct PairedComparisonTests {
    private func returns(_ count: Int, seed: UInt64, mean: Double = 0) -> [Double] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in mean + 0.01 * (generator.unit() + generator.unit() - 1) }
    }

    @Test func `equal series differ by nothing`() throws {
        let series = returns(200, seed: 1)
        let comparison = try PairedComparison(first: series, second: series, bootstrap: StationaryBootstrap())
        #expect(comparison.meanReturn == .init(estimate: 0, low: 0, high: 0))
        #expect(comparison.betterCount == 0 && comparison.worseCount == 0)
        #expect(abs((comparison.correlation ?? 0) - 1) < 1e-12)
        #expect(comparison.verdict(first: "a", second: "b").hasPrefix("These 200 bars do not tell a and b apart"))
    }

    @Test func `a constant lead is found to the last digit, whatever the noise`() throws {
        let noise = returns(300, seed: 2)
        let comparison = try PairedComparison(
            first: noise.map { $0 + 0.001 }, second: noise, bootstrap: StationaryBootstrap())
        #expect(abs(comparison.meanReturn.low - 0.001) < 1e-12)
        #expect(abs(comparison.meanReturn.high - 0.001) < 1e-12)
        #expect(comparison.sharpePerBar?.isClear == true)
        #expect(comparison.verdict(first: "a", second: "b").hasPrefix("a had the higher mean net return"))
        let turned = try PairedComparison(
            first: noise, second: noise.map { $0 + 0.001 }, bootstrap: StationaryBootstrap())
        #expect(turned.verdict(first: "a", second: "b").hasPrefix("b had the higher mean net return"))
    }

    @Test func `the interval holds the true difference about as often as it says`() throws {
        var held = 0
        for seed in 1...200 as ClosedRange<UInt64> {
            let comparison = try PairedComparison(
                first: returns(120, seed: seed, mean: 0.0005), second: returns(120, seed: seed + 10_000),
                bootstrap: StationaryBootstrap(resampleCount: 400, meanBlockLength: 2, seed: seed))
            if comparison.meanReturn.low <= 0.0005, comparison.meanReturn.high >= 0.0005 { held += 1 }
        }
        // 95 % less what a percentile interval of 120 points loses; a binomial spread of 200 runs is 3.4.
        #expect((176...199).contains(held), "\(held) of 200")
    }

    @Test func `the same seed gives the same interval, another one another`() throws {
        let (first, second) = (returns(100, seed: 5), returns(100, seed: 6))
        func comparison(_ seed: UInt64) throws -> PairedComparison {
            try PairedComparison(first: first, second: second, bootstrap: StationaryBootstrap(seed: seed))
        }
        #expect(try comparison(7) == comparison(7))
        #expect(try comparison(7).meanReturn != comparison(8).meanReturn)
    }

    @Test func `blocks are as long as asked on average and run over the end`() throws {
        let bootstrap = try StationaryBootstrap(resampleCount: 200, meanBlockLength: 10, seed: 3)
        var (steps, points) = (0, 0)
        var wraps = 0
        bootstrap.forEachResample(count: 500) { indices in
            for (one, next) in zip(indices, indices.dropFirst()) {
                points += 1
                if next != (one + 1) % 500 { steps += 1 }
                if one == 499, next == 0 { wraps += 1 }
            }
        }
        #expect(abs(Double(points) / Double(steps) - 10) < 0.3)
        #expect(wraps > 0)
        #expect(try StationaryBootstrap().blockLength(count: 1000) == 10)
        #expect(try StationaryBootstrap().blockLength(count: 1) == 1)
    }

    @Test func `a model that never trades has no Sharpe ratio to compare`() throws {
        let comparison = try PairedComparison(
            first: returns(50, seed: 1), second: Array(repeating: 0, count: 50), bootstrap: StationaryBootstrap())
        #expect(comparison.sharpePerBar == nil)
        #expect(comparison.correlation == nil)
    }

    @Test func `too few returns and series of two lengths are refused`() throws {
        let bootstrap = try StationaryBootstrap()
        #expect(throws: MarketError.self) {
            try PairedComparison(first: returns(29, seed: 1), second: returns(29, seed: 2), bootstrap: bootstrap)
        }
        #expect(throws: MarketError.self) {
            try PairedComparison(first: returns(31, seed: 1), second: returns(30, seed: 2), bootstrap: bootstrap)
        }
        #expect(throws: MarketError.self) { try StationaryBootstrap(resampleCount: 99) }
        #expect(throws: MarketError.self) { try StationaryBootstrap(meanBlockLength: .nan) }
    }
}
