package import HearthArtifacts

/// How a logistic regression is fitted.
package struct LogisticParameters: Sendable, Equatable {
    /// The inverse of the L2 penalty: `strength * sum of losses + |coefficients|^2 / 2` is made least (scikit-learn's
    /// `C`). The columns are standardised before, so one penalty fits all; the intercept has none.
    package var strength: Double
    /// Steps of Newton's method, at most (`max_iter`).
    package var maxIterations: Int
    /// Done when no element of the gradient, divided by `strength * sum of weights`, is greater (`tol`).
    package var tolerance: Double
    package var classWeight: ClassWeight

    package init(
        strength: Double = 1, maxIterations: Int = 100, tolerance: Double = 1e-10, classWeight: ClassWeight = .none
    ) {
        self.strength = strength
        self.maxIterations = maxIterations
        self.tolerance = tolerance
        self.classWeight = classWeight
    }

    /// Throws ``TrainingError`` for a parameter outside its range.
    package func check() throws(TrainingError) {
        try ParameterCheck.atLeastZero("C", strength, isZeroAllowed: false)
        try ParameterCheck.whole("max_iter", maxIterations, in: 1...10_000)
        guard tolerance >= 1e-14, tolerance <= 0.1 else {
            throw TrainingError(.badParameter, "tol is \(tolerance), expected 1e-14 to 0.1")
        }
    }

    /// As the registry keeps them (R59).
    package var json: [String: JSONValue] {
        [
            "C": .number(strength), "penalty": .string("l2"), "max_iter": .integer(Int64(maxIterations)),
            "tol": .number(tolerance), "class_weight": .string(classWeight.rawValue),
        ]
    }
}
