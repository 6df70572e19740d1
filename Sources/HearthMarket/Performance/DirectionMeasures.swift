/// How well a model's probabilities of "up" fit the labels that it was trained to foresee, over bars.
package enum DirectionMeasures {
    /// Measures the scored bars that have a label.
    ///
    /// A label is of class 1 when it is up, of class 0 when it is down or neutral (``Label/binaryClass``).
    ///
    /// - Parameters:
    ///   - scores: one per bar of `measured`; nil where the model was not asked. What is no number is passed over.
    ///   - bars: all there are: the label of a bar depends on those after it.
    /// - Returns: nil when no bar has both.
    /// - Throws: ``MarketError`` for scores below 0 or above 1, and a label configuration out of its range.
    package static func measure(
        scores: [Double?], measured: Range<Int>, bars: [Bar], label: LabelConfiguration
    ) throws(MarketError) -> ClassificationMeasures? {
        precondition(scores.count == measured.count, "there is one score per measured bar")
        let labels = try label.labels(bars)
        var classes: [Bool] = []
        var probabilities: [Double] = []
        for (index, score) in zip(measured, scores) {
            guard let score, score.isFinite, let label = labels[index] else { continue }
            classes.append(label.binaryClass == 1)
            probabilities.append(score)
        }
        return classes.isEmpty ? nil : try ClassificationMeasures(labels: classes, probabilities: probabilities)
    }
}
