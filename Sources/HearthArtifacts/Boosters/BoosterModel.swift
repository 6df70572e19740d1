package import HearthModel

/// A booster file as a model definition, with what a person wants to know about it.
package struct BoosterModel: Sendable {
    package var definition: ModelDefinition
    package var facts: BoosterFacts

    package init(definition: ModelDefinition, facts: BoosterFacts) {
        self.definition = definition
        self.facts = facts
    }
}

/// What a booster file says about itself.
package struct BoosterFacts: Sendable, Equatable {
    package var format: BoosterFormat
    /// The version that wrote the file: `2.1.4` of XGBoost, `v4` of LightGBM's text.
    package var version: String
    /// `gbtree`, `dart`, `gblinear`; `tree` for LightGBM, whose text does not say more.
    package var booster: String
    /// The objective with its parameters, as the file has it.
    package var objective: String
    package var columnCount: Int
    /// As stored; empty when the model was trained without names.
    package var featureNames: [String]
    /// Trees in the file; 0 for linear models.
    package var treeCount: Int
    /// Trees that predictions use: fewer after early stopping.
    package var usedTreeCount: Int

    package init(
        format: BoosterFormat, version: String, booster: String, objective: String, columnCount: Int,
        featureNames: [String], treeCount: Int, usedTreeCount: Int
    ) {
        self.format = format
        self.version = version
        self.booster = booster
        self.objective = objective
        self.columnCount = columnCount
        self.featureNames = featureNames
        self.treeCount = treeCount
        self.usedTreeCount = usedTreeCount
    }
}

/// The formats that boosters have of their own.
package enum BoosterFormat: String, Sendable, Hashable, CaseIterable {
    case xgboostJSON = "XGBoost JSON"
    case xgboostUBJSON = "XGBoost UBJSON"
    case lightGBMText = "LightGBM text"

    /// The format that the first bytes announce, whatever the file is called; nil for any other.
    ///
    /// JSON and UBJSON both begin with a brace; what follows is a length marker in UBJSON only.
    package static func sniff(_ bytes: some Collection<UInt8>) -> BoosterFormat? {
        let head = Array(bytes.prefix(64))
        if head.first == UInt8(ascii: "{"), head.count > 1 {
            return "iUIlLN".utf8.contains(head[1]) ? .xgboostUBJSON : .xgboostJSON
        }
        let text = head.drop { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        return text.starts(with: "tree\n".utf8) || text.starts(with: "tree\r\n".utf8) ? .lightGBMText : nil
    }
}

/// How many rounds of boosting predictions use.
package enum BoosterRounds: Sendable, Equatable {
    /// Those up to the best one of early stopping where the file names it (`best_iteration`), else all: what the
    /// scikit-learn wrappers do.
    case best
    /// All: what XGBoost's own `Booster.predict` does.
    case all
    /// The first ones.
    case first(Int)
}

/// As what a booster is used, which decides the outputs.
package enum BoosterRole: Sendable, Equatable {
    /// As the objective says: a classifier with the classes 0, 1, … for binary and multi-class objectives, else a
    /// regressor.
    case objective
    /// What `XGBClassifier` and `LGBMClassifier` answer, with their labels.
    case classifier(ClassLabels)
    /// The numbers that the library's `predict` gives, as one output: what `XGBRegressor` and `LGBMRegressor` answer.
    case regressor
}
