import Glibc
import HearthMarket
import Testing

/// Each kind against the textbook's formula, computed in another way.
struct FeatureDefinitionTests {
    private let bars: [Bar]
    private let closes: [Double]

    init() throws {
        bars = try MarketFixtures.bars(600, seed: 21)
        closes = bars.map(\.close)
    }

    /// The column of one definition at the last bar.
    private func last(_ kind: String, _ parameters: [String: Double] = [:]) throws -> Double {
        let schema = FeatureSchema(
            preset: "", definitions: [FeatureDefinition(name: "x", kind: kind, parameters: parameters)])
        return try #require(try FeatureMatrix(schema, bars: bars).values.last)
    }

    private func expectClose(_ value: Double, _ expected: Double, _ tolerance: Double = 1e-12) {
        #expect(abs(value - expected) <= tolerance * max(1, abs(expected)), "\(value) and \(expected)")
    }

    /// Mean and deviation by sums of powers, unlike the library's two passes.
    private func moments(_ values: some Collection<Double>, sample: Bool) -> (mean: Double, deviation: Double) {
        let count = Double(values.count)
        let sum = values.reduce(0, +)
        let squares = values.reduce(0) { $0 + $1 * $1 }
        let variance = (squares - sum * sum / count) / (sample ? count - 1 : count)
        return (sum / count, variance.squareRoot())
    }

    private var returns: [Double] { zip(closes, closes.dropFirst()).map { log($1) - log($0) } }

    @Test func `log_return is the difference of the logarithms of the closes`() throws {
        for lag in [1, 5, 100] {
            expectClose(try last("log_return", ["lag": Double(lag)]), log(closes[599]) - log(closes[599 - lag]))
        }
    }

    @Test func `volatility is the sample deviation of the log returns`() throws {
        expectClose(try last("volatility", ["window": 20]), moments(returns.suffix(20), sample: true).deviation, 1e-9)
    }

    @Test func `sma_distance and bollinger_position are measured from the mean of the closes`() throws {
        let (mean, deviation) = moments(closes.suffix(20), sample: false)
        expectClose(try last("sma_distance", ["window": 20]), closes[599] / mean - 1)
        expectClose(
            try last("bollinger_position", ["window": 20, "deviations": 2]), (closes[599] - mean) / (2 * deviation),
            1e-6)
    }

    @Test func `volume_z counts sample deviations from the mean volume`() throws {
        let volumes = bars.map(\.volume)
        let (mean, deviation) = moments(volumes.suffix(30), sample: true)
        expectClose(try last("volume_z", ["window": 30]), (volumes[599] - mean) / deviation, 1e-9)
    }

    @Test func `rsi is Wilder's, whose memory is cut after eight periods`() throws {
        // Wilder's recursion in the form average = (average * (n - 1) + value) / n, from the first bar on.
        let changes = zip(closes, closes.dropFirst()).map { $1 - $0 }
        func average(_ values: [Double]) -> Double {
            values.dropFirst(14).reduce(values.prefix(14).reduce(0, +) / 14) { ($0 * 13 + $1) / 14 }
        }
        let strength = average(changes.map { max($0, 0) }) / average(changes.map { max(-$0, 0) })
        let textbook = 100 - 100 / (1 + strength)
        let value = try last("rsi", ["period": 14])
        #expect(abs(value - textbook) < 0.1)
        // The same recursion over the last 8 x 14 changes alone is what is computed.
        let recent = Array(changes.suffix(112))
        let cut = average(recent.map { max($0, 0) }) / average(recent.map { max(-$0, 0) })
        expectClose(value, 100 - 100 / (1 + cut), 1e-10)
    }

    @Test func `atr is Wilder's average true range over the close`() throws {
        let ranges = zip(bars, bars.dropFirst()).map { before, bar in
            max(bar.high, before.close) - min(bar.low, before.close)
        }
        let average = ranges.dropFirst(14).reduce(ranges.prefix(14).reduce(0, +) / 14) { ($0 * 13 + $1) / 14 }
        expectClose(try last("atr", ["period": 14]), average / closes[599], 1e-3)
    }

    @Test func `ema_distance is measured from the exponential average of weight 2 over n + 1`() throws {
        let weight = 2.0 / 21
        let average = closes.dropFirst(20).reduce(closes.prefix(20).reduce(0, +) / 20) {
            (1 - weight) * $0 + weight * $1
        }
        expectClose(try last("ema_distance", ["period": 20]), closes[599] / average - 1, 1e-4)
    }

    @Test func `bar_range is high less low over close`() throws {
        expectClose(try last("bar_range"), (bars[599].high - bars[599].low) / closes[599])
    }

    @Test func `times are angles of the bar's opening in the day and the week`() throws {
        // 2024-01-01 was a Monday; bar 599 opens 24 days and 23 hours later, on a Thursday at 23:00.
        expectClose(try last("time_of_day_sin"), sin(2 * Double.pi * 23 / 24))
        expectClose(try last("time_of_day_cos"), cos(2 * Double.pi * 23 / 24))
        expectClose(try last("day_of_week_sin"), sin(2 * Double.pi * (3 * 24 + 23) / 168))
        expectClose(try last("day_of_week_cos"), cos(2 * Double.pi * (3 * 24 + 23) / 168))
    }

    @Test(
        arguments: [
            ("tea_leaves", [:], "is of the unknown kind 'tea_leaves'"),
            ("rsi", [:], "is missing, expected a whole number"),
            ("rsi", ["period": 1], "is 1.0, expected a whole number from 2 to 1250"),
            ("rsi", ["period": 14.5], "is 14.5, expected a whole number"),
            ("rsi", ["period": 1e300], "expected a whole number"), ("rsi", ["period": .nan], "expected a whole number"),
            ("rsi", ["period": 14, "cheese": 1], "has the unknown parameter 'cheese'"),
            ("bar_range", ["window": 3], "has the unknown parameter 'window'"),
            ("bollinger_position", ["window": 20, "deviations": 0], "is 0.0, expected a number from 0.1 to 100.0"),
            ("volatility", ["window": 10_001], "expected a whole number from 2 to 10000"),
        ] as [(String, [String: Double], String)])
    func `a definition that cannot be computed is refused by name`(
        kind: String, parameters: [String: Double], message: String
    ) throws {
        let error = #expect(throws: MarketError.self) { try last(kind, parameters) }
        #expect(error?.code == .badCard)
        #expect(error?.message.contains(message) == true, "\(String(describing: error))")
    }
}
