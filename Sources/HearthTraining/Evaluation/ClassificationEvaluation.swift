package import HearthArtifacts

/// What is measured of a classifier of two classes on rows that it has not learned from, always in the same way.
///
/// Class 1 ("up") is predicted when its probability is at least 0.5. A measure that is undefined (one class only, none
/// predicted) is nil, never 0. Names in ``metrics`` are those of scikit-learn's functions.
package struct ClassificationEvaluation: Sendable, Equatable {
    package var rowCount: Int
    /// Rows of class 1.
    package var upCount: Int
    /// Class 1 as what is looked for.
    package var up: ConfusionCounts
    /// Class 0 as what is looked for.
    package var down: ConfusionCounts
    /// nil without rows, as ``brier`` is.
    package var logLoss: Double?
    package var brier: Double?
    package var rocAUC: Double?
    package var averagePrecision: Double?

    /// - Parameters:
    ///   - probabilities: of class 1.
    ///   - labels: true for class 1.
    package init(probabilities: [Double], labels: [Bool]) {
        precondition(probabilities.count == labels.count, "there is one label per probability")
        let predictions = probabilities.map { $0 >= 0.5 }
        rowCount = labels.count
        upCount = labels.count { $0 }
        up = ConfusionCounts(flags: predictions, labels: labels)
        down = ConfusionCounts(flags: predictions.map { !$0 }, labels: labels.map { !$0 })
        guard !labels.isEmpty else { return }
        logLoss = ProbabilityMeasures.logLoss(probabilities, labels)
        brier = ProbabilityMeasures.brier(probabilities, labels)
        rocAUC = RankingMetrics.rocAUC(scores: probabilities, labels: labels)
        averagePrecision = RankingMetrics.averagePrecision(scores: probabilities, labels: labels)
    }

    /// The measures; what is unknown is null. `precision`, `recall` and `f1` are those of class 1.
    package var metrics: [String: JSONValue] {
        [
            "accuracy": .of(up.accuracy), "precision": .of(up.precision), "recall": .of(up.recall), "f1": .of(up.f1),
            "precision_down": .of(down.precision), "recall_down": .of(down.recall), "f1_down": .of(down.f1),
            "log_loss": .of(logLoss), "brier": .of(brier), "roc_auc": .of(rocAUC), "pr_auc": .of(averagePrecision),
            "true_positives": .of(up.truePositives), "false_positives": .of(up.falsePositives),
            "false_negatives": .of(up.falseNegatives), "true_negatives": .of(up.trueNegatives),
            "test_rows": .of(rowCount), "test_rows_up": .of(upCount),
        ]
    }
}
