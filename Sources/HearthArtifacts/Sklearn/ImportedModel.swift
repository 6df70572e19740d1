package import HearthModel

/// A fitted estimator of a file as a model definition, with what a person wants to know about it.
package struct ImportedModel: Sendable {
    package var definition: ModelDefinition
    package var facts: ImportedFacts

    package init(definition: ModelDefinition, facts: ImportedFacts) {
        self.definition = definition
        self.facts = facts
    }
}

/// What a file says about the estimator in it.
package struct ImportedFacts: Sendable, Equatable {
    /// The class of the outermost object, e.g. `Pipeline`.
    package var className: String
    /// The classes from there to the estimator that predicts, in order, e.g. `StandardScaler`, `LogisticRegression`.
    package var steps: [String]
    /// The library that wrote the estimator: `scikit-learn`, `XGBoost`, `LightGBM`.
    package var library: String
    /// Its version, as the file has it.
    package var libraryVersion: String
    /// As stored; empty when the estimator was fitted without names.
    package var featureNames: [String]
    /// The labels of a classifier; nil for all others.
    package var classes: ClassLabels?
    /// The labels of each target of a classifier with several; empty for all others.
    package var targetClasses: [ClassLabels]
    /// Trees that predictions use; 0 for models without trees.
    package var treeCount: Int
    /// `feature_importances_`, one per column of the caller; empty for an estimator without, and behind stages that
    /// change the columns.
    package var featureImportances: [Double]
    /// The names of the outputs.
    package var outputs: [String]

    package init(
        className: String, steps: [String], library: String, libraryVersion: String, featureNames: [String],
        classes: ClassLabels?, targetClasses: [ClassLabels] = [], treeCount: Int,
        featureImportances: [Double] = [], outputs: [String]
    ) {
        self.className = className
        self.steps = steps
        self.library = library
        self.libraryVersion = libraryVersion
        self.featureNames = featureNames
        self.classes = classes
        self.targetClasses = targetClasses
        self.treeCount = treeCount
        self.featureImportances = featureImportances
        self.outputs = outputs
    }
}

extension OutputShape {
    /// The outputs by name, as kernels give them.
    var outputNames: [String] {
        switch task {
        case .regression: return ["predict"]
        case .transform: return ["transform"]
        case .multiOutputClassification(let targets):
            return ["predict"] + targets.indices.map { "predict_proba_\($0)" }
        case .anomaly, .anomalyDecision: return ["score_samples", "decision_function", "predict"]
        case .classification:
            return ["predict"] + (hasProbabilities ? ["predict_proba"] : [])
                + (hasDecision ? ["decision_function"] : [])
        }
    }
}
