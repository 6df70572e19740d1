/// What scikit-learn's `IsolationForest` takes, with its defaults.
package struct IsolationForestParameters: Sendable, Equatable {
    /// Where the threshold between normal and anomalous lies.
    package enum Contamination: Sendable, Equatable {
        /// The offset is -0.5, as in the paper.
        case auto
        /// The share of anomalies in the training rows, in (0, 0.5]: the offset is that percentile of their scores.
        case fraction(Double)
    }

    /// How many columns a tree draws.
    package enum MaxFeatures: Sendable, Equatable {
        case all
        /// Columns that each tree sees, drawn without replacement.
        case count(Int)
        /// The same as a share of the columns: `max(1, Int(fraction * columns))`.
        case fraction(Double)
    }

    /// `n_estimators`.
    package var treeCount: Int
    /// `max_samples`: rows that each tree is grown from; all rows when there are fewer.
    package var maxSamples: Int
    package var contamination: Contamination
    package var maxFeatures: MaxFeatures
    /// `random_state`.
    package var seed: UInt64

    package init(
        treeCount: Int = 100, maxSamples: Int = 256, contamination: Contamination = .auto,
        maxFeatures: MaxFeatures = .all, seed: UInt64 = 42
    ) {
        self.treeCount = treeCount
        self.maxSamples = maxSamples
        self.contamination = contamination
        self.maxFeatures = maxFeatures
        self.seed = seed
    }

    /// The most trees that are grown; beyond it a model is more likely a slip of the keyboard.
    package static let treeCountMax = 10_000
    /// The largest sub-sample of a tree.
    package static let maxSamplesMax = 1 << 20
    /// The most rows over the sub-samples of all trees: twice as many nodes take 1.3 GB while they are grown.
    package static let sampleCountMax = 1 << 24

    /// Columns that each tree sees.
    ///
    /// Throws ``TrainingError`` when a parameter is outside its range.
    package func featureCount(of columnCount: Int) throws(TrainingError) -> Int {
        switch maxFeatures {
        case .all: return columnCount
        case .count(let count):
            guard (1...columnCount).contains(count) else {
                throw TrainingError(
                    .badParameter, "max_features is \(count), expected 1 to \(columnCount), the number of columns")
            }
            return count
        case .fraction(let fraction):
            guard fraction > 0, fraction <= 1 else {
                throw TrainingError(.badParameter, "max_features is \(fraction), expected above 0 and at most 1")
            }
            return max(1, Int(fraction * Double(columnCount)))
        }
    }

    /// Throws ``TrainingError`` when a parameter is outside its range.
    package func check() throws(TrainingError) {
        guard (1...Self.treeCountMax).contains(treeCount) else {
            throw TrainingError(
                .badParameter, "n_estimators is \(treeCount), expected 1 to \(Self.treeCountMax)")
        }
        guard (2...Self.maxSamplesMax).contains(maxSamples) else {
            throw TrainingError(
                .badParameter, "max_samples is \(maxSamples), expected 2 to \(Self.maxSamplesMax)")
        }
        if case .fraction(let fraction) = contamination {
            guard fraction > 0, fraction <= 0.5 else {
                throw TrainingError(
                    .badParameter, "contamination is \(fraction), expected auto, or above 0 and at most 0.5")
            }
        }
    }
}
