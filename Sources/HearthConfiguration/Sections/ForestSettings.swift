/// `training.random_forest:` names and meanings are those of XGBoost's scikit-learn face.
package struct ForestSettings: Sendable, Equatable {
    package var estimators = 100
    package var maxDepth = 6
    package var minChildWeight = 1.0
    package var subsample = 0.632
    package var columnShare = 0.5
    package var lambda = 1e-5

    package init() {}

    static let settings: [Setting<SystemConfiguration>] = [
        Setting(
            "training.random_forest.n_estimators", \.training.randomForest.estimators, .integer(1...10_000),
            variable: "HEARTH_TRAINING_RANDOM_FOREST_N_ESTIMATORS", "Trees."),
        Setting(
            "training.random_forest.max_depth", \.training.randomForest.maxDepth, .integer(1...20),
            variable: "HEARTH_TRAINING_RANDOM_FOREST_MAX_DEPTH", "Splits on the way to a leaf, at most."),
        Setting(
            "training.random_forest.min_child_weight", \.training.randomForest.minChildWeight, .number(0...1e6),
            variable: "HEARTH_TRAINING_RANDOM_FOREST_MIN_CHILD_WEIGHT", "The least sum of second derivatives in a leaf."
        ),
        Setting(
            "training.random_forest.subsample", \.training.randomForest.subsample, .number(0...1, isAbove: true),
            variable: "HEARTH_TRAINING_RANDOM_FOREST_SUBSAMPLE", "The share of rows that each tree sees."),
        Setting(
            "training.random_forest.colsample_bynode", \.training.randomForest.columnShare,
            .number(0...1, isAbove: true),
            variable: "HEARTH_TRAINING_RANDOM_FOREST_COLSAMPLE_BYNODE", "The share of columns that each split sees."),
        Setting(
            "training.random_forest.reg_lambda", \.training.randomForest.lambda, .number(0...1e6),
            variable: "HEARTH_TRAINING_RANDOM_FOREST_REG_LAMBDA", "The L2 penalty on leaves."),
    ]
}
