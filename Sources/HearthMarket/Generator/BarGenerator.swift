import Glibc
package import HearthCore

/// A market whose truth is known: bars from a seed, and the regime of each.
///
/// The log price walks in ``stepCount`` normal steps per bar, whose first, highest, lowest and last are the bar; drift,
/// deviation and pull come from the regime, which lasts a random while and is followed by another. For tests and
/// for trying things out: no real market is this simple. The same parameters give the same bars.
package struct BarGenerator: Sendable {
    /// What to generate.
    package struct Parameters: Sendable {
        package var count = 5000
        package var timeframe: Timeframe
        package var seed: UInt64 = 7
        /// When the first bar opens.
        package var start = Timestamp(microseconds: 1_704_067_200_000_000)
        package var startPrice = 100.0
        /// The deviation of a bar's log return where nothing is volatile.
        package var volatility = 0.004
        /// The fewest and the most bars of a regime.
        package var regimeBarCount = 80...240
        /// The regimes that may come.
        package var regimes = BarRegime.allCases

        /// 5,000 bars from 2024-01-01 with seed 7.
        package init(timeframe: Timeframe) { self.timeframe = timeframe }
    }

    /// A bar and what made it.
    package struct GeneratedBar: Sendable, Equatable {
        package var bar: Bar
        package var regime: BarRegime
    }

    private let parameters: Parameters
    private static let stepCount = 8
    private static let tick = 1e-4
    /// A regime that would lead further than this factor away from the first price gives way to its opposite.
    private static let priceFactorMax = 50.0

    /// Throws ``MarketError`` when a parameter is out of its range.
    package init(_ parameters: Parameters) throws(MarketError) {
        try Self.check((1...BarLimits().barCountMax).contains(parameters.count), "count", "1 to 10000000")
        try Self.check((1...1e6).contains(parameters.startPrice), "start price", "1 to 1000000")
        try Self.check((1e-6...0.05).contains(parameters.volatility), "volatility", "0.000001 to 0.05")
        let bars = parameters.regimeBarCount
        try Self.check(bars.lowerBound >= 1 && bars.upperBound <= 1_000_000, "length of regimes", "1 to 1000000")
        try Self.check(!parameters.regimes.isEmpty, "list of regimes", "at least one")
        let (length, overflow) = parameters.timeframe.microseconds.multipliedReportingOverflow(
            by: Int64(parameters.count))
        let (end, beyond) = parameters.start.microseconds.addingReportingOverflow(length)
        try Self.check(
            !overflow && !beyond && BarValidator.timeRange.contains(parameters.start)
                && BarValidator.timeRange.contains(Timestamp(microseconds: end)), "time", "1900 to 2199")
        self.parameters = parameters
    }

    /// The bars, in order.
    package func bars() -> [GeneratedBar] {
        var random = NormalNumbers(seed: parameters.seed)
        var bars: [GeneratedBar] = []
        bars.reserveCapacity(parameters.count)
        let start = log(parameters.startPrice)
        var (logPrice, anchor, regime, remaining) = (start, start, BarRegime.volatile, 0)
        var openTime = parameters.start
        for _ in 0..<parameters.count {
            if remaining == 0 {
                regime = next(after: bars.isEmpty ? nil : regime, logPrice: logPrice - start, &random)
                remaining = random.whole(in: parameters.regimeBarCount)
                anchor = logPrice
            }
            remaining -= 1
            let closeTime = Timestamp(microseconds: openTime.microseconds + parameters.timeframe.microseconds)
            let bar = makeBar(openTime, closeTime, regime, anchor, &logPrice, &random)
            bars.append(GeneratedBar(bar: bar, regime: regime))
            openTime = closeTime
        }
        return bars
    }

    private func makeBar(
        _ openTime: Timestamp, _ closeTime: Timestamp, _ regime: BarRegime, _ anchor: Double,
        _ logPrice: inout Double, _ random: inout NormalNumbers
    ) -> Bar {
        let steps = Double(Self.stepCount)
        let open = price(logPrice)
        var (high, low, close) = (open, open, open)
        let before = logPrice
        for _ in 0..<Self.stepCount {
            let pull = regime.pull * (anchor - logPrice) / steps
            let shock = regime.scale * parameters.volatility * random.normal() / steps.squareRoot()
            logPrice += regime.drift * parameters.volatility / steps + pull + shock
            close = price(logPrice)
            high = max(high, close)
            low = min(low, close)
        }
        // Volume follows the movement, as in real markets, and never is zero.
        let movement = abs(logPrice - before) / parameters.volatility
        let volume = (1000 * exp(0.4 * random.normal()) * (1 + 0.5 * movement)).rounded() + 1
        return Bar(
            openTime: openTime, closeTime: closeTime, open: open, high: high, low: low, close: close,
            volume: volume)
    }

    /// Rounded to the tick, which keeps the order of prices.
    private func price(_ logPrice: Double) -> Double {
        max(Self.tick, (exp(logPrice) / Self.tick).rounded() / (1 / Self.tick))
    }

    private func next(after current: BarRegime?, logPrice: Double, _ random: inout NormalNumbers) -> BarRegime {
        var candidates = parameters.regimes.filter { $0 != current }
        if candidates.isEmpty { candidates = parameters.regimes }
        let regime = candidates[random.whole(in: 0...candidates.count - 1)]
        let limit = log(Self.priceFactorMax)
        if regime == .trendUp, logPrice > limit { return .trendDown }
        if regime == .trendDown, logPrice < -limit { return .trendUp }
        return regime
    }

    private static func check(_ condition: Bool, _ name: String, _ expected: String) throws(MarketError) {
        guard condition else {
            throw MarketError(
                .badParameter, "the \(name) of the generator is out of range", hint: "expected \(expected)")
        }
    }
}
