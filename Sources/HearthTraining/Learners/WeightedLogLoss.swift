import Glibc

/// The loss that decides when boosting stops: as the learner's own, rows count by their class weights.
package enum WeightedLogLoss {
    /// The weighted mean of `-log(probability of what happened)`.
    ///
    /// A probability of 0 or 1 counts as one `Double.ulpOfOne` away from it, as scikit-learn's `log_loss` clips.
    ///
    /// - Parameter probabilities: of true, at least one.
    package static func mean(_ probabilities: [Double], _ labels: [Bool], weights: [Double]) -> Double {
        precondition(probabilities.count == labels.count && !labels.isEmpty, "there is one label per probability")
        precondition(weights.count == labels.count, "there is one weight per label")
        var sum = 0.0
        var weightSum = 0.0
        for (index, probability) in probabilities.enumerated() {
            let clipped = min(max(probability, Double.ulpOfOne), 1 - Double.ulpOfOne)
            sum -= weights[index] * log(labels[index] ? clipped : 1 - clipped)
            weightSum += weights[index]
        }
        return sum / weightSum
    }
}
