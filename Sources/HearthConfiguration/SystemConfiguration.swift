/// All of `config/system.yml`: what the live engine and the schedule of trainings are configured by.
///
/// A value without a key in the file has the default that its section states; a variable of the environment, where
/// ``Setting/variable`` names one, goes before both. Read once at start; immutable values from then on.
package struct SystemConfiguration: Sendable, Equatable {
    package var ml = MLSection()
    package var market = MarketSection()
    package var strategy = StrategySection()
    package var live = LiveSection()
    package var training = TrainingSection()
    package var schedule: [ScheduleJob] = []

    /// The defaults.
    package init() {}

    /// Every key outside of lists, in the order of the page Configuration.
    package static let settings: [Setting<SystemConfiguration>] =
        MLSection.settings + MarketSection.settings + StrategySection.settings + LiveSection.settings
        + TrainingSection.settings + LabelSettings.settings + DecisionSettings.settings + BoostingSettings.settings
        + ForestSettings.settings + LogisticSettings.settings

    /// Every key of a job of `schedule:`.
    package static let jobSettings = ScheduleJob.settings
}
