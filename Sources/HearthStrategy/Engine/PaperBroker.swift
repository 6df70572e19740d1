package import HearthCore
package import HearthMarket

/// A broker on paper: it fills what is wanted at the next bar's open, takes a fee and slippage, and keeps the account.
///
/// It is plain arithmetic (``EquityAccount``, the backtest's own) and has no connection to any exchange: no order ever
/// leaves the process.
package struct PaperBroker: Sendable, Equatable {
    /// A change of the position.
    package struct Fill: Sendable, Equatable {
        package var time: Timestamp
        /// The bar's open; the costs come on top.
        package var price: Double
        package var from: Position
        package var to: Position
        /// Fee and slippage, as a share of the equity.
        package var cost: Double
    }

    package private(set) var account: EquityAccount
    /// What the next bar's open fills.
    package private(set) var wanted = Position.flat
    package private(set) var fillCount = 0
    package private(set) var lastFill: Fill?

    /// A broker with an account that holds nothing.
    package init(costs: TradeCosts) {
        account = EquityAccount(costs: costs)
    }

    /// A broker that goes on where `record` left it.
    package init(costs: TradeCosts, after record: SignalRecord) {
        account = EquityAccount(
            costs: costs, equity: record.equity, peakEquity: record.peakEquity, position: record.position,
            lastClose: record.close)
        wanted = record.decision
    }

    /// What is to be held from the next open on.
    package mutating func want(_ position: Position) {
        wanted = position
    }

    /// Fills at the bar's open and marks at its close.
    ///
    /// Throws ``MarketError`` for prices that no account can follow; it is then as it was.
    package mutating func pass(_ bar: Bar) throws(MarketError) {
        let before = account.position
        let step = try account.pass(bar, wanted: wanted)
        guard step.change > 0 else { return }
        fillCount += 1
        lastFill = Fill(time: bar.openTime, price: bar.open, from: before, to: step.position, cost: step.cost)
    }

    /// Measures the drawdown from here on: what a person accepts by resuming.
    package mutating func forgetPeak() {
        account.forgetPeak()
    }
}
