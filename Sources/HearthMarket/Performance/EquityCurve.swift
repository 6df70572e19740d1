package import HearthCore

/// The equity of a strategy and of buy-and-hold over the same bars: one point per bar, as a file and as a picture.
package struct EquityCurve: Sendable, Equatable {
    package let closeTimes: [Timestamp]
    package let closes: [Double]
    package let strategy: Line
    package let buyAndHold: Line
    /// What the strategy held from each bar's open on; flat in the first bar.
    package let positions: [Position]
    /// The strategy's net return of each bar; nil for the first, where the run begins.
    package let netReturns: [Double?]

    /// The equity at each close, and how far it is below its peak, as a share of that.
    package struct Line: Sendable, Equatable {
        package let equity: [Double]
        package let drawdowns: [Double]

        init(_ run: BarReturns) {
            equity = run.equity
            drawdowns = run.drawdowns
        }
    }

    /// Throws ``MarketError`` when the two runs are not over the same bars.
    package init(strategy: BarReturns, buyAndHold: BarReturns) throws(MarketError) {
        guard strategy.closeTimes == buyAndHold.closeTimes else {
            throw MarketError(
                .badParameter,
                "the strategy's \(strategy.closeTimes.count) bars are not buy-and-hold's "
                    + "\(buyAndHold.closeTimes.count)")
        }
        closeTimes = strategy.closeTimes
        closes = strategy.closes
        self.strategy = Line(strategy)
        self.buyAndHold = Line(buyAndHold)
        positions = [.flat] + strategy.steps.map(\.position)
        netReturns = [nil] + strategy.steps.map { $0.netReturn }
    }

    /// The columns of ``csv``.
    package static let columns = [
        "close_time", "close", "position", "net_return", "equity", "drawdown", "buy_and_hold_equity",
        "buy_and_hold_drawdown",
    ]

    /// `equity.csv`: a header, then one line per bar; numbers with as many digits as they need to be read back exactly.
    package var csv: String {
        var text = Self.columns.joined(separator: ",") + "\n"
        for index in closeTimes.indices {
            text += closeTimes[index].iso8601
            text += ",\(closes[index]),\(positions[index].rawValue),"
            if let netReturn = netReturns[index] { text += "\(netReturn)" }
            text += ",\(strategy.equity[index]),\(strategy.drawdowns[index])"
            text += ",\(buyAndHold.equity[index]),\(buyAndHold.drawdowns[index])\n"
        }
        return text
    }
}
