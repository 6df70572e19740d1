package import HearthCore

/// The net return of every bar of a run, in order: what all ``PerformanceMeasures`` are made of.
///
/// The position wanted at the close of a bar is filled at the open of the next one (``EquityAccount``). So `n` bars
/// give `n - 1` returns, and what was wanted at the last close is never filled. Nothing is sold at the end: the last
/// close is where the equity is measured.
package struct BarReturns: Sendable, Equatable {
    /// The close times of all `n` bars: the first is where the run begins, each other one ends a return.
    package let closeTimes: [Timestamp]
    /// The closes of all `n` bars.
    package let closes: [Double]
    /// What happened in the second bar and each one after it.
    package let steps: [EquityAccount.Step]
    /// The equity at each of the `n` closes; 1 at the first.
    package let equity: [Double]

    /// More bars than this are refused: five years of seconds.
    package static let barCountMax = 160_000_000

    /// - Parameters:
    ///   - bars: in the order of time.
    ///   - wanted: what was decided at the close of each bar; as many as bars.
    /// - Throws: ``MarketError`` without two bars, when the counts differ, when the bars are not in order, or for what
    ///   ``EquityAccount/pass(_:wanted:)`` refuses.
    package init(bars: some Collection<Bar>, wanted: some Collection<Position>, costs: TradeCosts) throws(MarketError) {
        let count = bars.count
        guard count == wanted.count else {
            throw MarketError(.badParameter, "there are \(count) bars and \(wanted.count) positions, expected as many")
        }
        guard count >= 2, count <= Self.barCountMax, let first = bars.first else {
            throw MarketError(
                .badData, "a run of \(count) bars was found, expected 2 to \(Self.barCountMax)",
                hint: "a position wanted at one bar's close is filled in the next bar")
        }
        var account = EquityAccount(costs: costs)
        // The first bar is only where the run begins: the account is flat in it.
        _ = try account.pass(first, wanted: .flat)
        var closeTimes = [first.closeTime]
        var closes = [first.close]
        var steps: [EquityAccount.Step] = []
        var equity = [account.equity]
        closeTimes.reserveCapacity(count)
        closes.reserveCapacity(count)
        steps.reserveCapacity(count - 1)
        equity.reserveCapacity(count)
        var lastClosed = first.closeTime
        for (bar, position) in zip(bars.dropFirst(), wanted) {
            guard bar.closeTime > lastClosed else {
                throw MarketError(
                    .badData,
                    "the bar that closes at \(bar.closeTime.iso8601) follows one that closes at "
                        + "\(lastClosed.iso8601)", hint: "bars must be in the order of time, none twice")
            }
            steps.append(try account.pass(bar, wanted: position))
            equity.append(account.equity)
            closeTimes.append(bar.closeTime)
            closes.append(bar.close)
            lastClosed = bar.closeTime
        }
        self.closeTimes = closeTimes
        self.closes = closes
        self.steps = steps
        self.equity = equity
    }

    /// Long from the second bar's open to the end, at the same costs: what there was to have without a model.
    package static func buyAndHold(_ bars: some Collection<Bar>, costs: TradeCosts) throws(MarketError) -> BarReturns {
        try BarReturns(bars: bars, wanted: repeatElement(Position.long, count: bars.count), costs: costs)
    }

    /// The net returns alone.
    package var netReturns: [Double] { steps.map(\.netReturn) }

    /// How far each of the `n` equities is below the greatest one until then, as a share of that.
    package var drawdowns: [Double] {
        var peak = 1.0
        return equity.map { value in
            peak = max(peak, value)
            return 1 - value / peak
        }
    }
}
