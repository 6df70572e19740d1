import HearthCore
import HearthMarket

/// The state of a run at one moment as one line of JSON: what `hearth live status`, the snapshot file and the engine's
/// socket show (R158).
struct LiveSnapshot {
    var at: Timestamp
    var source: BarSource
    var isRunning: Bool
    var report: BarReport

    /// The line, keys always in the same order.
    func line(_ engine: StrategyEngine, _ tally: LiveTally, _ shadow: PairedReport?) -> [UInt8] {
        let last = tally.recent.last
        return JSONLine.object { line in
            line.member("format", "hearth.live.1")
            line.member("at", at.iso8601)
            line.member("running", isRunning)
            line.member("symbol", engine.strategy.symbol)
            line.member("timeframe", engine.strategy.timeframe.description)
            line.member("feed", source.description)
            line.member("state", engine.machine.state.rawValue)
            line.member("reasons", engine.machine.reasons.map(\.rawValue))
            line.member("problem", engine.problem)
            line.member("used_model_id", engine.strategy.model?.modelID)
            line.member("generation", engine.strategy.model?.generation)
            line.member("schema_hash", engine.strategy.model?.schemaHash)
            line.member("model_trained_to", engine.strategy.model?.card.lastTrained.iso8601)
            line.member("model_archived", engine.strategy.model?.isArchived ?? false)
            line.member("last_bar", last?.closeTime.iso8601)
            line.member("last_close", last?.close)
            line.member("decision", last?.decision.description)
            line.member("position", engine.broker.account.position.description)
            line.member("equity", engine.broker.account.equity)
            line.member("drawdown", engine.broker.account.drawdown)
            line.member("fills", engine.broker.fillCount)
            line.member("errors_in_row", engine.errorsInRow)
            line.member("signals", tally.signalCount)
            line.member("answered", tally.answeredCount)
            line.member("history_bars", tally.historyCount)
            line.member("trained_bars", tally.trainedBarCount)
            line.member("refused_lines", report.problemCount)
            line.member("missing_bars", report.missingBarCount)
            line.member("model_switches", tally.models.switchCount)
            line.objects("models", tally.models.stretches.suffix(Self.stretchCountMax)) { line, stretch in
                line.member("model_id", stretch.modelID)
                line.member("generation", stretch.generation)
                line.member("bars", stretch.barCount)
            }
            line.object("latency_us") { line in
                line.member("count", tally.latency.count)
                line.member("p50", tally.latency.microseconds(percentile: 50))
                line.member("p99", tally.latency.microseconds(percentile: 99))
                line.member("max", tally.latency.microseconds(percentile: 100))
            }
            if let shadow { line.object("shadow") { shadow.write(&$0) } }
            line.objects("recent", tally.recent) { line, record in
                line.member("close_time", record.closeTime.iso8601)
                line.member("close", record.close)
                line.member("state", record.state)
                line.member("used_model_id", record.usedModelID)
                line.member("score", record.score)
                line.member("decision", record.decision.description)
                line.member("position", record.position.description)
                line.member("equity", record.equity)
            }
        }
    }

    /// The newest models that are named.
    private static let stretchCountMax = 20
}

extension PairedReport {
    func write(_ line: inout JSONLine) {
        line.member("bars", barCount)
        line.member("agreement", agreementShare)
        line.member("score_correlation", scoreCorrelation)
        line.member("equity", equity)
        line.member("shadow_equity", shadowEquity)
        line.member("return_difference", returnDifference)
    }
}
