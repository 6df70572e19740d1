package import HearthArtifacts
import HearthModel

/// What is trained, with its parameters.
package enum Algorithm: Sendable, Equatable {
    case isolationForest(IsolationForestParameters)
    case zScore(ZScoreParameters)

    /// The specification's `model_type` (R15).
    package var modelType: String {
        switch self {
        case .isolationForest: "isolation_forest"
        case .zScore: "z_score"
        }
    }

    /// The parameters under scikit-learn's names (R59).
    package var parameters: [String: JSONValue] {
        switch self {
        case .isolationForest(let forest):
            [
                "n_estimators": .integer(Int64(forest.treeCount)),
                "max_samples": .integer(Int64(forest.maxSamples)),
                "max_features": forest.maxFeatures.json,
                "contamination": forest.contamination.json,
                "random_state": Int64(exactly: forest.seed).map(JSONValue.integer) ?? .string(String(forest.seed)),
            ]
        case .zScore(let score):
            [
                "method": .string(score.method == .standard ? "standard" : "robust"),
                "threshold": .number(score.threshold),
            ]
        }
    }

    /// Throws ``TrainingError`` for a parameter outside its range.
    package func check() throws(TrainingError) {
        switch self {
        case .isolationForest(let parameters): try parameters.check()
        case .zScore(let parameters): try parameters.check()
        }
    }
}

extension IsolationForestParameters.Contamination {
    fileprivate var json: JSONValue {
        switch self {
        case .auto: .string("auto")
        case .fraction(let fraction): .number(fraction)
        }
    }
}

extension IsolationForestParameters.MaxFeatures {
    fileprivate var json: JSONValue {
        switch self {
        case .all: .number(1)
        case .count(let count): .integer(Int64(count))
        case .fraction(let fraction): .number(fraction)
        }
    }
}
