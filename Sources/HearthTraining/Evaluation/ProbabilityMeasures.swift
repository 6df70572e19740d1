import Glibc

/// Measures of probabilities: how far they are from what happened.
package enum ProbabilityMeasures {
    /// The mean of `-log(probability of what happened)`, weighted.
    ///
    /// A probability of 0 or 1 counts as one `Double.ulpOfOne` away from it, as scikit-learn's `log_loss` clips.
    ///
    /// - Parameters:
    ///   - probabilities: of true, at least one.
    ///   - weights: one per row; nil for 1 each.
    package static func logLoss(_ probabilities: [Double], _ labels: [Bool], weights: [Double]? = nil) -> Double {
        precondition(probabilities.count == labels.count && !labels.isEmpty, "there is one label per probability")
        var sum = 0.0
        var weightSum = 0.0
        for (index, probability) in probabilities.enumerated() {
            let clipped = min(max(probability, Double.ulpOfOne), 1 - Double.ulpOfOne)
            let weight = weights?[index] ?? 1
            sum -= weight * log(labels[index] ? clipped : 1 - clipped)
            weightSum += weight
        }
        return sum / weightSum
    }

    /// Brier's score: the mean of `(probability - what happened)^2`, what happened being 1 or 0.
    package static func brier(_ probabilities: [Double], _ labels: [Bool]) -> Double {
        precondition(probabilities.count == labels.count && !labels.isEmpty, "there is one label per probability")
        let sum = zip(probabilities, labels).reduce(0.0) { sum, pair in
            let difference = pair.0 - (pair.1 ? 1 : 0)
            return sum + difference * difference
        }
        return sum / Double(labels.count)
    }
}
