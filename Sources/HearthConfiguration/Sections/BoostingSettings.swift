/// `training.gradient_boosting:` names and meanings are those of XGBoost's scikit-learn face.
package struct BoostingSettings: Sendable, Equatable {
    package var estimators = 300
    package var learningRate = 0.05
    package var maxDepth = 4
    package var minChildWeight = 1.0
    package var subsample = 0.8
    package var columnShare = 0.8
    package var lambda = 1.0
    package var gamma = 0.0
    package var earlyStoppingRounds: Int? = 30

    package init() {}

    static let settings: [Setting<SystemConfiguration>] = [
        Setting(
            "training.gradient_boosting.n_estimators", \.training.gradientBoosting.estimators, .integer(1...10_000),
            variable: "HEARTH_TRAINING_GRADIENT_BOOSTING_N_ESTIMATORS", "The most rounds, each one tree."),
        Setting(
            "training.gradient_boosting.learning_rate", \.training.gradientBoosting.learningRate,
            .number(0...1, isAbove: true),
            variable: "HEARTH_TRAINING_GRADIENT_BOOSTING_LEARNING_RATE", "What each tree's answer is multiplied by."),
        Setting(
            "training.gradient_boosting.max_depth", \.training.gradientBoosting.maxDepth, .integer(1...20),
            variable: "HEARTH_TRAINING_GRADIENT_BOOSTING_MAX_DEPTH", "Splits on the way to a leaf, at most."),
        Setting(
            "training.gradient_boosting.min_child_weight", \.training.gradientBoosting.minChildWeight, .number(0...1e6),
            variable: "HEARTH_TRAINING_GRADIENT_BOOSTING_MIN_CHILD_WEIGHT",
            "The least sum of second derivatives in a leaf."),
        Setting(
            "training.gradient_boosting.subsample", \.training.gradientBoosting.subsample,
            .number(0...1, isAbove: true),
            variable: "HEARTH_TRAINING_GRADIENT_BOOSTING_SUBSAMPLE", "The share of rows that each tree sees."),
        Setting(
            "training.gradient_boosting.colsample_bytree", \.training.gradientBoosting.columnShare,
            .number(0...1, isAbove: true),
            variable: "HEARTH_TRAINING_GRADIENT_BOOSTING_COLSAMPLE_BYTREE",
            "The share of columns that each tree sees."),
        Setting(
            "training.gradient_boosting.reg_lambda", \.training.gradientBoosting.lambda, .number(0...1e6),
            variable: "HEARTH_TRAINING_GRADIENT_BOOSTING_REG_LAMBDA", "The L2 penalty on leaves."),
        Setting(
            "training.gradient_boosting.gamma", \.training.gradientBoosting.gamma, .number(0...1e6),
            variable: "HEARTH_TRAINING_GRADIENT_BOOSTING_GAMMA", "The least gain of a split."),
        Setting(
            optional: "training.gradient_boosting.early_stopping_rounds",
            \.training.gradientBoosting.earlyStoppingRounds, .integer(1...10_000),
            variable: "HEARTH_TRAINING_GRADIENT_BOOSTING_EARLY_STOPPING_ROUNDS",
            "Stop after so many rounds without a better validation loss; empty grows all."),
    ]
}
