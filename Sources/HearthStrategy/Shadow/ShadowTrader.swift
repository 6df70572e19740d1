import HearthCore
import HearthMarket

/// A second model that is asked at every bar beside the one that decides: its signals go to a log of their own and
/// decide nothing.
///
/// It is a whole engine with its own states and paper account, so the comparison is of what each would have done.
package struct ShadowTrader {
    private var engine: StrategyEngine
    private let scorer: any Scorer
    private let log: SignalLog?
    /// How both have done on the bars that both decided.
    package private(set) var report = PairedReport()
    /// Why its log could not be written; it is not asked any more then.
    package private(set) var failure: StrategyError?

    /// A shadow.
    ///
    /// - Parameters:
    ///   - engine: with the market and the limits of the first one.
    ///   - log: of its own; nil to keep only the report.
    package init(engine: StrategyEngine, scorer: any Scorer, log: SignalLog?) {
        self.engine = engine
        self.scorer = scorer
        self.log = log
    }

    /// Takes bars that close up to `time` into the features only.
    mutating func skip(through time: Timestamp) {
        engine.skip(through: time)
    }

    /// Takes the bar that the first engine made `record` of; nil when it made none.
    mutating func take(_ bar: Bar, beside record: SignalRecord?, elapsed: () -> Duration) {
        guard failure == nil, let shadow = engine.take(bar, by: scorer, elapsed: elapsed) else { return }
        do throws(StrategyError) {
            try log?.append(shadow)
        } catch {
            failure = error
        }
        if let record { report.add(record, shadow: shadow) }
    }
}
