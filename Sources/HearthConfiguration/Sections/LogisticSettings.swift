/// `training.logistic_regression:` names and meanings are those of scikit-learn.
package struct LogisticSettings: Sendable, Equatable {
    package var strength = 1.0
    package var maxIterations = 100
    package var tolerance = 1e-10

    package init() {}

    static let settings: [Setting<SystemConfiguration>] = [
        Setting(
            "training.logistic_regression.C", \.training.logisticRegression.strength, .number(0...1e9, isAbove: true),
            variable: "HEARTH_TRAINING_LOGISTIC_REGRESSION_C",
            "The inverse of the L2 penalty; columns are standardised before."),
        Setting(
            "training.logistic_regression.max_iter", \.training.logisticRegression.maxIterations, .integer(1...10_000),
            variable: "HEARTH_TRAINING_LOGISTIC_REGRESSION_MAX_ITER", "Steps of Newton's method, at most."),
        Setting(
            "training.logistic_regression.tol", \.training.logisticRegression.tolerance, .number(1e-14...0.1),
            variable: "HEARTH_TRAINING_LOGISTIC_REGRESSION_TOL", "Done when no element of the gradient is greater."),
    ]
}
