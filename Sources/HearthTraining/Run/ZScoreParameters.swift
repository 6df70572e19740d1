package import HearthModel

/// How a z-score model is fitted.
package struct ZScoreParameters: Sendable, Equatable {
    package var method: ZScore.Method
    /// A row whose score is above this is an anomaly.
    package var threshold: Double

    package init(method: ZScore.Method = .robust, threshold: Double = ZScore.robustThreshold) {
        self.method = method
        self.threshold = threshold
    }

    /// Throws ``TrainingError`` for a threshold that no score can meet sensibly.
    package func check() throws(TrainingError) {
        guard threshold > 0, threshold < ZScore.constantColumnScore else {
            throw TrainingError(
                .badParameter,
                "the threshold is \(threshold), expected above 0 and below \(Int(ZScore.constantColumnScore))",
                hint: "\(ZScore.robustThreshold) is usual")
        }
    }
}
