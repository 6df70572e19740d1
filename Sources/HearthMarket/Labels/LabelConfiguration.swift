/// What a model learns to foresee; defined in <doc:Labels>.
package enum LabelConfiguration: Sendable, Equatable {
    /// Up or down when the price is further than the dead zone from the entry after `horizon` bars.
    case fixedHorizon(horizon: Int, deadZone: DeadZone)
    /// Up or down by the first of two prices that is touched within `horizon` bars; the distances are multiples of the
    /// volatility of the last `volatilityWindow` bars.
    case tripleBarrier(horizon: Int, upper: Double, lower: Double, volatilityWindow: Int)

    /// How far the price must have moved for a label other than neutral.
    package enum DeadZone: Sendable, Equatable {
        /// A share of the entry price: 0.001 is 0.1 %.
        case relative(Double)
        /// Multiples of the volatility of the last `window` bars.
        case volatility(multiple: Double, window: Int)
    }

    /// The longest horizon and volatility window, in bars.
    package static let barCountMax = 10_000
    /// The largest multiple of volatility.
    package static let multipleMax = 1000.0

    /// Throws ``MarketError`` when a parameter is out of its range.
    package func check() throws(MarketError) {
        switch self {
        case .fixedHorizon(let horizon, .relative(let size)):
            try Self.check(horizon, "horizon", from: 1)
            guard (0..<1).contains(size) else { throw Self.wrong("dead zone", "\(size)", "0 or more and below 1") }
        case .fixedHorizon(let horizon, .volatility(let multiple, let window)):
            try Self.check(horizon, "horizon", from: 1)
            try Self.check(window, "volatility window", from: 2)
            guard (0...Self.multipleMax).contains(multiple) else {
                throw Self.wrong("dead zone", "\(multiple)", "0 to 1000 volatilities")
            }
        case .tripleBarrier(let horizon, let upper, let lower, let window):
            try Self.check(horizon, "horizon", from: 1)
            try Self.check(window, "volatility window", from: 2)
            for (name, multiple) in [("upper barrier", upper), ("lower barrier", lower)] {
                guard multiple > 0, multiple <= Self.multipleMax else {
                    throw Self.wrong(name, "\(multiple)", "more than 0 and at most 1000 volatilities")
                }
            }
        }
    }

    /// Bars after the labelled one that a label may depend on.
    package var horizon: Int {
        switch self {
        case .fixedHorizon(let horizon, _), .tripleBarrier(let horizon, _, _, _): horizon
        }
    }

    private static func check(_ count: Int, _ name: String, from least: Int) throws(MarketError) {
        guard (least...barCountMax).contains(count) else {
            throw wrong(name, "\(count)", "\(least) to \(barCountMax) bars")
        }
    }

    private static func wrong(_ name: String, _ found: String, _ expected: String) -> MarketError {
        MarketError(.badParameter, "the \(name) of the labels is \(found), expected \(expected)")
    }
}
