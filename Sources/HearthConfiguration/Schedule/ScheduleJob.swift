package import HearthCore

/// One job of `schedule:`: when a model is trained again, on what, and whether it comes into production by itself.
package struct ScheduleJob: Sendable, Equatable {
    /// Who brings the result of a job into production.
    package enum Promotion: String, Sendable, CaseIterable {
        /// A person, with `hearth-trainer schedule promote`.
        case manual
        /// The gates: when none of them fails, at once.
        case gate
    }

    /// Names the job in the state file, in logs and in `--job`; unique in the file.
    package var name: String?
    package var cron: CronExpression?
    /// Of the weeks that ``cron`` names only each so-manyth, counted from Monday 1970-01-05: 2 is fortnightly (R150).
    package var everyWeeks = 1
    package var symbol: String?
    package var timeframe: String?
    /// The file of bars.
    package var data: String?
    package var learner: TrainingSection.Learner
    package var featurePreset: String
    /// Without windows: train on the bars of so many days before the last bar (R150, R152).
    package var lookbackDays: Int?
    /// The last share of the bars, which is tested on and not learned from, where no window says it.
    package var testFraction: Double
    /// The windows, where they are fixed (R152): from, up to and without.
    package var trainStart: Timestamp?
    package var trainEnd: Timestamp?
    package var testStart: Timestamp?
    package var testEnd: Timestamp?
    /// How the result comes into production.
    package var promotion = Promotion.manual
    /// Rules of the gates besides those that always hold, such as `sharpe>=production`.
    package var gates: [String] = []
    /// Whether a run that the machine slept through is made up for, once.
    package var catchesUp = true

    /// A job as it is before its own keys are read: what it does not say is what the file says of all.
    package init(market: MarketSection, training: TrainingSection) {
        symbol = market.symbol
        timeframe = market.timeframe
        learner = training.learner
        featurePreset = training.featurePreset
        testFraction = training.testFraction
    }
}
