package import HearthMarket

/// The live engine over bars of the past, and what its decisions would have brought.
///
/// The engine is ``StrategyEngine`` itself, with the model loaded into this process (``ServableScorer``) and no clock:
/// what it decides here is what `hearth live` decides on the same bars with the same model, limits and costs.
package struct StrategyBacktest: Sendable {
    /// The model of the first decision.
    package let model: StrategyModel
    /// The bars that were measured.
    package let bars: ArraySlice<Bar>
    /// One per measured bar.
    package let signals: [SignalRecord]
    package let backtest: Backtest

    /// Runs the engine.
    ///
    /// - Parameters:
    ///   - bars: in the order of time.
    ///   - measured: which of them are decided on; the ones before warm the features up, the ones after are not looked
    ///     at.
    ///   - limits: the kill switches; ``LiveLimits/none`` measures the model by itself.
    /// - Throws: ``StrategyError`` for a model that cannot decide on these bars, or bars that no account can follow.
    package static func run(
        bars: [Bar], measured: Range<Int>, scorer: any Scorer, limits: LiveLimits, costs: TradeCosts
    ) throws(StrategyError) -> StrategyBacktest {
        precondition(
            measured.lowerBound >= 0 && measured.upperBound <= bars.count, "the measured bars are among the bars")
        do {
            try limits.validate()
            let model = try scorer.model(within: .seconds(60))
            var engine = StrategyEngine(
                symbol: model.card.symbol, timeframe: model.card.timeframe, limits: limits, costs: costs,
                from: measured.first.map { bars[$0].closeTime })
            try engine.prepare(by: scorer, within: .seconds(60))
            var signals: [SignalRecord] = []
            signals.reserveCapacity(measured.count)
            for bar in bars[..<measured.upperBound] {
                if let signal = engine.take(bar, by: scorer) { signals.append(signal) }
            }
            guard signals.count == measured.count else {
                throw StrategyError(
                    .badFeed, "\(measured.count) bars gave \(signals.count) signals",
                    hint: "bars must be in the order of time, none twice")
            }
            let backtest = try Backtest(
                bars: bars[measured], wanted: signals.map(\.decision), costs: costs, timeframe: model.card.timeframe)
            return StrategyBacktest(model: model, bars: bars[measured], signals: signals, backtest: backtest)
        } catch let error as StrategyError {
            throw error
        } catch let error as ScoringFailure {
            throw StrategyError(.unusableModel, error.message, cause: error)
        } catch {
            throw StrategyError(.badFeed, "\(error)", cause: error)
        }
    }

    /// How many bars the engine spent in each state but `live`, and the reasons, by count.
    package var heldBack: (barCount: Int, reasons: [(reason: String, barCount: Int)]) {
        let held = signals.filter { $0.state != EngineStateMachine.State.live.rawValue }
        var counts: [String: Int] = [:]
        for reason in held.flatMap(\.reasons) { counts[reason, default: 0] += 1 }
        let reasons = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
        return (held.count, reasons.map { (reason: $0.key, barCount: $0.value) })
    }

    /// The measured bars that close no later than the last one that the model has learned from: it has seen them, or
    /// knows what came after them.
    package var trainedBarCount: Int { bars.count { $0.closeTime <= model.card.lastTrained } }

    /// `signals.ndjson`: the records as a signal log has them.
    package var log: [UInt8] { signals.flatMap(\.line) }
}
