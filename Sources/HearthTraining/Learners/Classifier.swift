package import HearthArtifacts

/// What learns to tell two classes apart, with its parameters.
package enum Classifier: Sendable, Equatable {
    case gradientBoosting(BoostingParameters)
    case randomForest(ForestParameters)
    case logisticRegression(LogisticParameters)

    /// The specification's `model_type`, which names the registered model (R15).
    package var modelType: String {
        switch self {
        case .gradientBoosting: "gradient_boosting"
        case .randomForest: "random_forest"
        case .logisticRegression: "logistic_regression"
        }
    }

    /// The parameters under the names of scikit-learn and XGBoost (R59).
    package var parameters: [String: JSONValue] {
        switch self {
        case .gradientBoosting(let parameters): parameters.json
        case .randomForest(let parameters): parameters.json
        case .logisticRegression(let parameters): parameters.json
        }
    }

    package var classWeight: ClassWeight {
        switch self {
        case .gradientBoosting(let parameters): parameters.classWeight
        case .randomForest(let parameters): parameters.classWeight
        case .logisticRegression(let parameters): parameters.classWeight
        }
    }

    /// Whether rows are held back to decide when to stop.
    package var usesValidation: Bool {
        if case .gradientBoosting(let parameters) = self { return parameters.earlyStoppingRounds != nil }
        return false
    }

    /// Throws ``TrainingError`` for a parameter outside its range.
    package func check() throws(TrainingError) {
        switch self {
        case .gradientBoosting(let parameters): try parameters.check()
        case .randomForest(let parameters): try parameters.check()
        case .logisticRegression(let parameters): try parameters.check()
        }
    }
}
