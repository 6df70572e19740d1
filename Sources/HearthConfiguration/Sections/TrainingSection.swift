/// `training:` what `hearth-trainer` does unless a job or an option says otherwise.
package struct TrainingSection: Sendable, Equatable {
    /// What learns.
    package enum Learner: String, Sendable, CaseIterable {
        case gradientBoosting = "gradient_boosting"
        case randomForest = "random_forest"
        case logisticRegression = "logistic_regression"
    }

    /// What a row of each class counts.
    package enum ClassWeight: String, Sendable, CaseIterable {
        case none
        case balanced
    }

    package var learner = Learner.gradientBoosting
    /// The preset of features, by the name that `hearth-trainer train bars --help` lists.
    package var featurePreset = "basic"
    package var classWeight = ClassWeight.none
    package var seed = 42
    package var threads = 1
    /// The folder of the schedule's state and locks; nil for `.schedule` in the model directory.
    package var scheduleFolder: String?
    /// Bars between training and test rows that are left out.
    package var embargoBars = 0
    package var label = LabelSettings()
    package var decision = DecisionSettings()
    package var gradientBoosting = BoostingSettings()
    package var randomForest = ForestSettings()
    package var logisticRegression = LogisticSettings()

    package init() {}

    static let settings: [Setting<SystemConfiguration>] = [
        Setting(
            "training.learner", \.training.learner, .choice, variable: "HEARTH_TRAINING_LEARNER", "What learns."),
        Setting(
            "training.feature_preset", \.training.featurePreset, .name("the name of a preset"),
            variable: "HEARTH_TRAINING_FEATURE_PRESET",
            "The preset of features; 'hearth-trainer train bars --help' lists them."),
        Setting(
            "training.class_weight", \.training.classWeight, .choice, variable: "HEARTH_TRAINING_CLASS_WEIGHT",
            "none: every row counts the same; balanced: both classes count the same together."),
        Setting(
            "training.seed", \.training.seed, .integer(0...2_147_483_647), variable: "HEARTH_TRAINING_SEED",
            "The seed of everything random: the same bars give the same model."),
        Setting(
            "training.threads", \.training.threads, .integer(1...256), variable: "HEARTH_TRAINING_THREADS",
            "Threads of a training; with 1 the model does not depend on the machine."),
        Setting(
            "training.embargo_bars", \.training.embargoBars, .integer(0...1_000_000),
            variable: "HEARTH_TRAINING_EMBARGO_BARS", "Bars that are left out between training and test rows."),
        Setting(
            optional: "training.schedule_folder", \.training.scheduleFolder, .path,
            variable: "HEARTH_TRAINING_SCHEDULE_FOLDER",
            "The folder of the schedule's state and locks; without it .schedule in the model directory."),
    ]
}
