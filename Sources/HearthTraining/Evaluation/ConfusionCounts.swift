/// How flags and labels meet, row by row.
///
/// A ratio is nil when its denominator is 0: unknown, not 0.
package struct ConfusionCounts: Sendable, Equatable {
    package var truePositives = 0
    package var falsePositives = 0
    package var falseNegatives = 0
    package var trueNegatives = 0

    /// Counts flags against labels, row by row.
    package init(flags: [Bool], labels: [Bool]) {
        precondition(flags.count == labels.count, "there is one label per flag")
        for (flag, label) in zip(flags, labels) {
            switch (flag, label) {
            case (true, true): truePositives += 1
            case (true, false): falsePositives += 1
            case (false, true): falseNegatives += 1
            case (false, false): trueNegatives += 1
            }
        }
    }

    package var rowCount: Int { truePositives + falsePositives + falseNegatives + trueNegatives }
    /// The share of rows whose flag equals their label.
    package var accuracy: Double? { ratio(truePositives + trueNegatives, rowCount) }
    /// The share of flagged rows that are anomalies.
    package var precision: Double? { ratio(truePositives, truePositives + falsePositives) }
    /// The share of anomalies that are flagged.
    package var recall: Double? { ratio(truePositives, truePositives + falseNegatives) }
    /// The harmonic mean of precision and recall: `2 TP / (2 TP + FP + FN)`.
    package var f1: Double? { ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }

    private func ratio(_ numerator: Int, _ denominator: Int) -> Double? {
        denominator == 0 ? nil : Double(numerator) / Double(denominator)
    }
}
