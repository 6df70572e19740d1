import HearthCore

/// An account that holds one position of one symbol, bar by bar: the arithmetic of every backtest and paper account.
///
/// Equity begins at 1. A position is that share of the equity (-1, 0 or 1) and is kept so from price to price: a long
/// needs nothing for it, a short is brought back to the equity at every open and close, free of charge. In one bar:
///
/// 1. from the last close to the open the old position earns: `1 + p0 (open / close0 - 1)`;
/// 2. at the open the wanted position is filled; every unit of change costs ``TradeCosts/rate``: `1 - rate |p - p0|`;
/// 3. from the open to the close the new position earns: `1 + p (close / open - 1)`.
///
/// The product of the three, less 1, is the bar's net return. An account that has lost everything stays at 0.
package struct EquityAccount: Sendable, Equatable {
    /// What one bar did.
    package struct Step: Sendable, Equatable {
        /// The change of the equity over the bar as a share of it, costs taken off; never below -1.
        package var netReturn: Double
        /// What was held from the bar's open on.
        package var position: Position
        /// By how many units the position changed at the open: 0, 1 or 2.
        package var change: Int
        /// The costs, as a share of the equity at the open.
        package var cost: Double
    }

    package let costs: TradeCosts
    /// As a multiple of what the account began with.
    package private(set) var equity = 1.0
    /// The greatest equity at any close so far, the beginning included.
    package private(set) var peakEquity = 1.0
    package private(set) var position = Position.flat
    private var lastClose: Double?

    /// An account that holds nothing.
    package init(costs: TradeCosts) {
        self.costs = costs
    }

    /// An account that goes on where another one was after a bar.
    ///
    /// What no account can have is brought to what it can: an equity or a last close that is no number or below 0 to 0
    /// or none, a peak below the equity to the equity.
    package init(costs: TradeCosts, equity: Double, peakEquity: Double, position: Position, lastClose: Double?) {
        self.costs = costs
        self.equity = equity > 0 && equity.isFinite ? equity : 0
        self.peakEquity = max(self.equity, peakEquity.isFinite ? peakEquity : 0)
        self.position = position
        self.lastClose = lastClose.flatMap { $0 > 0 && $0.isFinite ? $0 : nil }
    }

    /// Measures ``drawdown`` from here on.
    package mutating func forgetPeak() { peakEquity = equity }

    /// How far the equity is below its peak, as a share of the peak.
    package var drawdown: Double { peakEquity > 0 ? 1 - equity / peakEquity : 0 }

    /// Goes through `bar`, whose open fills `wanted`: the position that was decided at the close before.
    ///
    /// Throws ``MarketError`` when the bar's open or close is no price, or so far from the last one that no number
    /// holds the result; the account is then as it was.
    package mutating func pass(_ bar: Bar, wanted: Position) throws(MarketError) -> Step {
        guard bar.open > 0, bar.close > 0, bar.open.isFinite, bar.close.isFinite else {
            throw MarketError(
                .badData, "the bar of \(bar.openTime.iso8601) opens at \(bar.open) and closes at \(bar.close)",
                hint: "prices must be above 0; hearth-trainer bars check shows what is wrong with a file")
        }
        let change = abs(wanted.rawValue - position.rawValue)
        let cost = costs.rate * Double(change)
        let gap = 1 + Double(position.rawValue) * (bar.open / (lastClose ?? bar.open) - 1)
        let session = 1 + Double(wanted.rawValue) * (bar.close / bar.open - 1)
        let factor = max(0, gap) * max(0, 1 - cost) * max(0, session)
        let newEquity = equity * factor
        guard newEquity.isFinite else {
            throw MarketError(
                .badData,
                "the bar of \(bar.openTime.iso8601) moves the price from \(lastClose ?? bar.open) to \(bar.close), "
                    + "which no account can follow")
        }
        let netReturn = equity > 0 ? factor - 1 : 0
        equity = newEquity
        peakEquity = max(peakEquity, newEquity)
        position = wanted
        lastClose = bar.close
        return Step(netReturn: netReturn, position: wanted, change: change, cost: cost)
    }
}
