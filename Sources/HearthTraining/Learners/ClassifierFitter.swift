/// Fits a classifier of two classes to rows, and proves that what will be served answers as what was learned.
package struct ClassifierFitter: Sendable {
    package var classifier: Classifier

    package init(_ classifier: Classifier) {
        self.classifier = classifier
    }

    /// - Parameters:
    ///   - validation: rows that come later in time; used by early stopping alone.
    ///   - columnNames: one per column.
    /// - Throws: ``TrainingError``; `.stopped` when `control` asks for it.
    package func fit(
        _ training: LabelledRows, validation: LabelledRows? = nil, columnNames: [String],
        control: TrainingControl = TrainingControl()
    ) throws(TrainingError) -> FittedClassifier {
        try classifier.check()
        precondition(columnNames.count == training.rows.columnCount, "there is one name per column")
        switch classifier {
        case .gradientBoosting(let parameters):
            return try XGBoostLearner(parameters).fit(
                training, validation: validation, columnNames: columnNames, control: control)
        case .randomForest(let parameters):
            return try XGBoostLearner(parameters).fit(
                training, validation: validation, columnNames: columnNames, control: control)
        case .logisticRegression(let parameters):
            return try LogisticRegressionLearner(parameters).fit(
                training, columnNames: columnNames, control: control)
        }
    }
}
