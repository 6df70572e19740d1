package import HearthCore
package import HearthMarket

/// The pure core of the live engine: a bar in, a signal out.
///
/// It owns the strategy (features and model), the state machine, the kill switches and the paper account, and performs
/// no I/O itself: the model is asked through a ``Scorer``, time comes in as a closure. The same bars and the same
/// answers give the same records, so a backtest, a replay and a live run write the same log. One thread at a time.
package struct StrategyEngine {
    package let costs: TradeCosts
    package let limits: LiveLimits
    package private(set) var strategy: MLSignalStrategy
    package private(set) var machine = EngineStateMachine()
    package private(set) var broker: PaperBroker
    /// Bars without an answer since the last one that had one.
    package private(set) var errorsInRow = 0
    /// Why the last bar's decision was held back, in words; nil when it was not.
    package private(set) var problem: String?
    /// The change of state that the last event made; nil when it made none.
    package private(set) var transition: EngineStateMachine.Transition?
    private var sequence = 0
    private var lastSeen: Timestamp?
    /// The close time of the last bar that has a record.
    package private(set) var lastDecided: Timestamp?

    /// An engine that has seen nothing.
    ///
    /// - Parameters:
    ///   - record: the last record of its log, after which it goes on: bars up to that one are only taken into the
    ///     features.
    ///   - start: without a record, bars that close before this time are only taken into the features too.
    package init(
        symbol: String, timeframe: Timeframe, limits: LiveLimits = LiveLimits(), costs: TradeCosts,
        after record: SignalRecord? = nil, from start: Timestamp? = nil
    ) {
        self.limits = limits
        self.costs = costs
        strategy = MLSignalStrategy(symbol: symbol, timeframe: timeframe)
        guard let record else {
            broker = PaperBroker(costs: costs)
            lastDecided = start.map { Timestamp(microseconds: $0.microseconds &- 1) }
            return
        }
        broker = PaperBroker(costs: costs, after: record)
        sequence = record.sequence + 1
        lastDecided = record.closeTime
        guard record.state == EngineStateMachine.State.halted.rawValue else { return }
        for reason in record.reasons.compactMap(EngineReason.init(rawValue:)) where reason.effect == .latches {
            _ = machine.handle(.halt(reason))
        }
    }

    /// Takes the model that is to decide, ahead of the first bar.
    ///
    /// Throws ``ScoringFailure`` when there is none that can; the engine then asks again at every bar.
    package mutating func prepare(by scorer: any Scorer, within timeout: Duration) throws(ScoringFailure) {
        try strategy.adopt(scorer.model(within: timeout))
    }

    /// Takes a valid bar and decides at its close.
    ///
    /// - Parameter elapsed: the time since the bar arrived, or since it closed.
    /// - Returns: the signal; nil for a bar that is not newer than the last one, or that has a record already.
    package mutating func take(
        _ bar: Bar, by scorer: any Scorer, elapsed: () -> Duration = { .zero }
    ) -> SignalRecord? {
        if let lastSeen, bar.closeTime <= lastSeen { return nil }
        lastSeen = bar.closeTime
        strategy.push(bar)
        if let lastDecided, bar.closeTime <= lastDecided { return nil }
        lastDecided = bar.closeTime
        var reasons = accountReasons(bar)
        if !limits.isEnabled { reasons.append(.mlDisabled) }
        var judgement = MLSignalStrategy.Judgement()
        let isStopped = machine.isLatched || !reasons.isEmpty
        if !isStopped {
            let deadline = limits.deadline(barMicroseconds: strategy.timeframe.microseconds)
            judgement = strategy.judge(
                closeTime: bar.closeTime, limits: limits, by: scorer, remaining: { deadline - elapsed() })
            count(judgement, &reasons)
        }
        transition = machine.handle(.bar(reasons + judgement.reasons))
        problem = judgement.problem
        let decision = machine.state == .live ? judgement.wanted : .flat
        broker.want(decision)
        return record(bar, judgement, decision)
    }

    /// Takes bars that close up to `time` into the features only: history from before the engine's start.
    package mutating func skip(through time: Timestamp) {
        lastDecided = max(lastDecided ?? time, time)
    }

    /// Stops trading until ``resume()``.
    package mutating func halt(_ reason: EngineReason = .operatorHalt) {
        transition = machine.handle(.halt(reason))
        broker.want(.flat)
    }

    /// Opens every latch; the drawdown is measured from here on. What still holds halts again at the next bar.
    package mutating func resume() {
        transition = machine.handle(.resume)
        guard transition != nil else { return }
        errorsInRow = 0
        broker.forgetPeak()
    }

    /// Makes ``transition`` nil: it was told.
    package mutating func forgetTransition() {
        transition = nil
    }

    /// Fills and marks the account, and looks at its drawdown.
    private mutating func accountReasons(_ bar: Bar) -> [EngineReason] {
        do throws(MarketError) {
            try broker.pass(bar)
        } catch {
            problem = error.description
            return [.accountFailed]
        }
        guard let drawdownMax = limits.drawdownMax, broker.account.drawdown > drawdownMax else { return [] }
        return [.drawdownLimit]
    }

    private mutating func count(_ judgement: MLSignalStrategy.Judgement, _ reasons: inout [EngineReason]) {
        guard judgement.reasons.contains(where: \.isError) else {
            errorsInRow = 0
            return
        }
        errorsInRow += 1
        if errorsInRow >= limits.errorsInRowMax { reasons.append(.errorsInRow) }
    }

    private mutating func record(
        _ bar: Bar, _ judgement: MLSignalStrategy.Judgement, _ decision: Position
    ) -> SignalRecord {
        defer { sequence += 1 }
        return SignalRecord(
            sequence: sequence, openTime: bar.openTime, closeTime: bar.closeTime, close: bar.close,
            state: machine.state.rawValue, reasons: machine.reasons.map(\.rawValue),
            usedModelID: judgement.model?.modelID, generation: judgement.model?.generation,
            schemaHash: judgement.model?.schemaHash, featuresHash: judgement.featuresHash,
            score: judgement.answer?.score, decision: decision, source: judgement.answer?.source,
            position: broker.account.position, equity: broker.account.equity,
            peakEquity: broker.account.peakEquity, latencyMicroseconds: nil)
    }
}
