/// `training:` what the jobs of the schedule train with, where they do not say it themselves.
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
    /// The last share of the bars that is tested on, and of the training bars that early stopping looks at.
    package var testFraction = 0.2
    package var validationFraction = 0.2
    /// Bars left out before the test and before the validation.
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
            "training.test_fraction", \.training.testFraction, .number(0...0.9, isAbove: true),
            variable: "HEARTH_TRAINING_TEST_FRACTION", "The last share of the bars: tested on, not learned from."),
        Setting(
            "training.validation_fraction", \.training.validationFraction, .number(0...0.9, isAbove: true),
            variable: "HEARTH_TRAINING_VALIDATION_FRACTION",
            "The last share of the training bars, on which early stopping looks."),
        Setting(
            "training.embargo_bars", \.training.embargoBars, .integer(0...10_000),
            variable: "HEARTH_TRAINING_EMBARGO_BARS", "Bars left out before the test and before the validation."),
        Setting(
            optional: "training.schedule_folder", \.training.scheduleFolder, .path,
            variable: "HEARTH_TRAINING_SCHEDULE_FOLDER",
            "The folder of the schedule's state and locks; without it .schedule in the model directory."),
    ]
}
