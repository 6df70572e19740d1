/// What a trade costs beside its price: a fee and slippage, in basis points (1/10,000) of the traded notional.
package struct TradeCosts: Sendable, Equatable {
    /// What the venue takes.
    package let feeBasisPoints: Double
    /// How much worse than the bar's open a fill is, on average.
    package let slippageBasisPoints: Double

    /// No costs at all: for arithmetic, never for a verdict.
    package static let free = TradeCosts()
    /// Half of the notional: more is a mistake of the unit.
    package static let basisPointsMax = 5000.0

    private init() {
        feeBasisPoints = 0
        slippageBasisPoints = 0
    }

    /// Throws ``MarketError`` for a number that is below 0, no number, or in sum above ``basisPointsMax``.
    package init(feeBasisPoints: Double, slippageBasisPoints: Double) throws(MarketError) {
        for (name, value) in [("fee", feeBasisPoints), ("slippage", slippageBasisPoints)] {
            guard value >= 0, value <= Self.basisPointsMax else {
                throw MarketError(
                    .badParameter, "the \(name) is \(value) basis points, expected 0 to \(Int(Self.basisPointsMax))",
                    hint: "a basis point is a hundredth of a percent: 10 is 0.1 %")
            }
        }
        guard feeBasisPoints + slippageBasisPoints <= Self.basisPointsMax else {
            throw MarketError(
                .badParameter,
                "fee and slippage are \(feeBasisPoints + slippageBasisPoints) basis points together, expected at most "
                    + "\(Int(Self.basisPointsMax))")
        }
        self.feeBasisPoints = feeBasisPoints
        self.slippageBasisPoints = slippageBasisPoints
    }

    /// The share of the traded notional that one trade costs.
    package var rate: Double { (feeBasisPoints + slippageBasisPoints) / 10_000 }
}
