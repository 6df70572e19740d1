import HearthCore

@testable import HearthMarket

/// Bars and positions for tests of performance.
enum PerformanceSamples {
    /// Hourly bars from opens and closes, the first opening at the beginning of 1970.
    static func bars(_ prices: [(open: Double, close: Double)], stepMicroseconds: Int64 = 3_600_000_000) -> [Bar] {
        prices.enumerated().map { index, price in
            let open = Int64(index) * stepMicroseconds
            return Bar(
                openTime: Timestamp(microseconds: open), closeTime: Timestamp(microseconds: open + stepMicroseconds),
                open: price.open, high: max(price.open, price.close), low: min(price.open, price.close),
                close: price.close, volume: 1)
        }
    }

    /// A seeded walk with gaps between close and open, and seeded positions.
    static func walk(count: Int, seed: UInt64) -> (bars: [Bar], wanted: [Position]) {
        var generator = SplitMix64(seed: seed)
        var price = 100.0
        var prices: [(open: Double, close: Double)] = []
        for _ in 0..<count {
            let open = price * (1 + 0.002 * (generator.unit() - 0.5))
            price = open * (1 + 0.02 * (generator.unit() - 0.495))
            prices.append((open, price))
        }
        let wanted = (0..<count).map { _ in Position.allCases[generator.index(below: 3)] }
        return (bars(prices), wanted)
    }
}
