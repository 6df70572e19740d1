import ArgumentParser

/// `hearth-trainer train …`.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Learns a model from a file, measures it, publishes it and registers it.",
        discussion: """
            isolation-forest and z-score find anomalies in tables; gradient-boosting, random-forest and \
            logistic-regression foresee the direction of a price from bars.

            The last 30 % of a table's rows, or 20 % of the bars, are held out and measured (--test-fraction). The \
            model is written to the model directory, read back and checked bit for bit, then registered with status \
            success; --promote puts it into production.
            """,
        subcommands: [
            TrainIsolationForest.self, TrainZScore.self, TrainGradientBoosting.self, TrainRandomForest.self,
            TrainLogisticRegression.self,
        ])
}
