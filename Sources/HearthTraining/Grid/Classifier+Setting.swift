extension Classifier {
    /// The parameters that a grid may change.
    package var gridParameters: [String] {
        switch self {
        case .gradientBoosting:
            [
                "n_estimators", "learning_rate", "max_depth", "min_child_weight", "subsample", "colsample_bytree",
                "reg_lambda", "gamma",
            ]
        case .randomForest:
            ["n_estimators", "max_depth", "min_child_weight", "subsample", "colsample_bynode", "reg_lambda"]
        case .logisticRegression: ["C"]
        }
    }

    /// What files of grid results begin with: `rf` for a random forest (R153).
    package var shortName: String {
        switch self {
        case .gradientBoosting: "gb"
        case .randomForest: "rf"
        case .logisticRegression: "lr"
        }
    }

    /// Sets one parameter by its name in scikit-learn and XGBoost.
    ///
    /// Throws ``TrainingError`` for one of another name, or no whole number where one is expected; ranges are checked
    /// by ``check()``.
    package mutating func set(_ name: String, to value: Double) throws(TrainingError) {
        switch self {
        case .gradientBoosting(var parameters):
            switch name {
            case "n_estimators": parameters.rounds = try Self.whole(name, value)
            case "learning_rate": parameters.learningRate = value
            case "max_depth": parameters.maxDepth = try Self.whole(name, value)
            case "min_child_weight": parameters.minChildWeight = value
            case "subsample": parameters.rowShare = value
            case "colsample_bytree": parameters.columnShare = value
            case "reg_lambda": parameters.lambda = value
            case "gamma": parameters.gamma = value
            default: throw unknown(name)
            }
            self = .gradientBoosting(parameters)
        case .randomForest(var parameters):
            switch name {
            case "n_estimators": parameters.treeCount = try Self.whole(name, value)
            case "max_depth": parameters.maxDepth = try Self.whole(name, value)
            case "min_child_weight": parameters.minChildWeight = value
            case "subsample": parameters.rowShare = value
            case "colsample_bynode": parameters.columnShare = value
            case "reg_lambda": parameters.lambda = value
            default: throw unknown(name)
            }
            self = .randomForest(parameters)
        case .logisticRegression(var parameters):
            guard name == "C" else { throw unknown(name) }
            parameters.strength = value
            self = .logisticRegression(parameters)
        }
    }

    private func unknown(_ name: String) -> TrainingError {
        TrainingError(
            .badParameter, "a \(modelType) has no parameter '\(name.prefix(40))'",
            hint: "a grid can try \(gridParameters.joined(separator: ", "))")
    }

    private static func whole(_ name: String, _ value: Double) throws(TrainingError) -> Int {
        guard let number = Int(exactly: value) else {
            throw TrainingError(.badParameter, "\(name) is \(value), expected a whole number")
        }
        return number
    }
}
