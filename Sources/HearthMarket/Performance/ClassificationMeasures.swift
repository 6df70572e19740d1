import Glibc
package import HearthArtifacts

/// How well a classifier's probabilities fit what came, over rows that it has not learned from.
///
/// The predicted class is the one of the greatest probability, the first of equals (scikit-learn's `argmax`). A
/// ratio whose denominator is 0 is nil: unknown, not 0.
package struct ClassificationMeasures: Sendable, Equatable {
    /// One class against all others.
    package struct PerClass: Sendable, Equatable {
        /// Rows of the class.
        package var support: Int
        package var truePositives: Int
        package var falsePositives: Int

        /// The share of the rows predicted as the class that are of it.
        package var precision: Double? { ratio(truePositives, truePositives + falsePositives) }
        /// The share of the rows of the class that were predicted as it.
        package var recall: Double? { ratio(truePositives, support) }
        /// Their harmonic mean: `2 TP / (2 TP + FP + FN)`, `FN` being `support - TP`.
        package var f1: Double? { ratio(2 * truePositives, truePositives + falsePositives + support) }

        private func ratio(_ numerator: Int, _ denominator: Int) -> Double? {
            denominator == 0 ? nil : Double(numerator) / Double(denominator)
        }
    }

    package let rowCount: Int
    /// By class.
    package let classes: [PerClass]
    /// The share of rows that were predicted right.
    package let accuracy: Double
    /// The mean of `-ln p(true class)`, with probabilities brought to at least 2⁻⁵² (scikit-learn's `log_loss`):
    /// `ln(classes)` is what equal probabilities get, lower is better.
    package let logLoss: Double
    /// Brier 1950: with two classes the mean of `(p(1) - y)²`, with more the mean of the sum over the classes of
    /// `(p - y)²` (scikit-learn's `brier_score_loss`). 0 is perfect.
    package let brier: Double

    package static let classCountMax = 4096

    /// - Parameters:
    ///   - labels: the true class of each row, from 0.
    ///   - probabilities: row after row, one per class; each row's sum is 1 (to 10⁻⁴: they may be 32-bit numbers).
    /// - Throws: ``MarketError`` without rows, for a label outside the classes, and for what are no probabilities.
    package init(labels: [Int], probabilities: [Double], classCount: Int) throws(MarketError) {
        guard (2...Self.classCountMax).contains(classCount) else {
            throw MarketError(.badParameter, "\(classCount) classes were given, expected 2 to \(Self.classCountMax)")
        }
        guard !labels.isEmpty, probabilities.count / classCount == labels.count,
            probabilities.count.isMultiple(of: classCount)
        else {
            throw MarketError(
                .badData,
                "there are \(labels.count) labels and \(probabilities.count) probabilities of \(classCount) classes",
                hint: "give one label and \(classCount) probabilities per row, and at least one row")
        }
        var classes = [PerClass](
            repeating: PerClass(support: 0, truePositives: 0, falsePositives: 0), count: classCount)
        var (lossSum, squareSum) = (0.0, 0.0)
        for (row, label) in labels.enumerated() {
            let values = probabilities[row * classCount..<(row + 1) * classCount]
            let sum = try Self.check(values, label: label, row: row, classCount: classCount)
            classes[label].support += 1
            let predicted = Self.greatest(values)
            if predicted == label { classes[label].truePositives += 1 } else { classes[predicted].falsePositives += 1 }
            lossSum -= Glibc.log(max(values[values.startIndex + label], 0x1p-52) / sum)
            squareSum += Self.squares(values, label: label)
        }
        rowCount = labels.count
        accuracy = Double(classes.reduce(0) { $0 + $1.truePositives }) / Double(labels.count)
        self.classes = classes
        logLoss = lossSum / Double(labels.count)
        brier = squareSum / Double(labels.count)
    }

    /// Two classes, given the probability of class 1 alone.
    ///
    /// Throws as ``init(labels:probabilities:classCount:)``.
    package init(labels: [Bool], probabilities: [Double]) throws(MarketError) {
        try self.init(
            labels: labels.map { $0 ? 1 : 0 }, probabilities: probabilities.flatMap { [1 - $0, $0] }, classCount: 2)
    }

    private static func check(
        _ values: ArraySlice<Double>, label: Int, row: Int, classCount: Int
    ) throws(MarketError) -> Double {
        guard (0..<classCount).contains(label) else {
            throw MarketError(.badData, "row \(row) has the label \(label), expected 0 to \(classCount - 1)")
        }
        let sum = values.reduce(0, +)
        guard values.allSatisfy({ $0 >= 0 && $0 <= 1 }), abs(sum - 1) <= 1e-4 else {
            throw MarketError(
                .badData, "row \(row) has the probabilities \(Array(values.prefix(8))), whose sum is \(sum)",
                hint: "expected numbers from 0 to 1 whose sum is 1")
        }
        return sum
    }

    private static func greatest(_ values: ArraySlice<Double>) -> Int {
        var best = values.startIndex
        for index in values.indices where values[index] > values[best] { best = index }
        return best - values.startIndex
    }

    private static func squares(_ values: ArraySlice<Double>, label: Int) -> Double {
        var sum = 0.0
        for index in values.indices {
            let difference = values[index] - (index - values.startIndex == label ? 1 : 0)
            sum += difference * difference
        }
        return values.count == 2 ? sum / 2 : sum
    }

    /// The measures by name, per class as `precision_0`, `recall_0`, `f1_0`; what is unknown is null.
    package var metrics: [String: JSONValue] {
        var members: [String: JSONValue] = [
            "accuracy": .number(accuracy), "log_loss": .number(logLoss), "brier": .number(brier),
            "rows": .integer(Int64(rowCount)),
        ]
        for (index, measures) in classes.enumerated() {
            members["precision_\(index)"] = .optional(measures.precision)
            members["recall_\(index)"] = .optional(measures.recall)
            members["f1_\(index)"] = .optional(measures.f1)
            members["support_\(index)"] = .integer(Int64(measures.support))
        }
        return members
    }
}
