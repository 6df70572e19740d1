package import HearthArtifacts
package import HearthMarket

/// How a model does on the bars of its test window, with the kernel that will serve it.
package struct BarsEvaluation: Sendable, Equatable {
    /// Of the labelled rows; class 1 is "up".
    package var classification: ClassificationMeasures
    /// nil when all labels are of one class.
    package var rocAUC: Double?
    package var averagePrecision: Double?
    /// What trading the decisions over the window would have brought; nil for a window of one bar.
    package var backtest: Backtest?

    /// Throws ``TrainingError`` for rows that the model refuses.
    init(
        _ samples: BarSamples, _ split: BarsSplit, _ scorer: ModelScorer, _ request: BarsTrainingRequest
    ) throws(TrainingError) {
        let test = samples.labelled(split.test)
        let probabilities = try scorer.probabilities(of: test.rows)
        classification = try market { () throws(MarketError) in
            try ClassificationMeasures(labels: test.labels, probabilities: probabilities)
        }
        rocAUC = RankingMetrics.rocAUC(scores: probabilities, labels: test.labels)
        averagePrecision = RankingMetrics.averagePrecision(scores: probabilities, labels: test.labels)
        guard split.testRange.count > 1 else { return }
        // Bars of the warm-up have no score and are flat, as live.
        let first = max(split.testRange.lowerBound, samples.firstRow)
        let scores =
            [Double](repeating: .nan, count: first - split.testRange.lowerBound)
            + (try scorer.probabilities(of: samples.rows(first..<split.testRange.upperBound)))
        let decision = try request.decision()
        backtest = try market { () throws(MarketError) in
            try Backtest(
                bars: samples.bars[split.testRange], scores: scores, rule: decision, costs: request.costs,
                timeframe: request.timeframe)
        }
    }

    /// All measures by name. `precision`, `recall` and `f1` are those of "up", as scikit-learn's functions with
    /// `pos_label=1`; what is unknown is null.
    package var metrics: [String: JSONValue] {
        var metrics = classification.metrics
        metrics["test_rows"] = metrics.removeValue(forKey: "rows")
        for name in ["precision", "recall", "f1"] { metrics[name] = metrics["\(name)_1"] }
        metrics["roc_auc"] = .of(rocAUC)
        metrics["pr_auc"] = .of(averagePrecision)
        return metrics.merging(backtest?.metrics ?? [:]) { own, _ in own }
    }
}
