/// What a row of each class counts in the loss.
package enum ClassWeight: String, Sendable, CaseIterable {
    /// Every row counts 1.
    case none
    /// Rows of both classes count the same together: `rows / (2 * rows of the class)`, as scikit-learn's
    /// `class_weight="balanced"`.
    case balanced

    /// One weight per label.
    ///
    /// Both classes are among `labels`.
    func weights(for labels: [Bool]) -> [Double] {
        switch self {
        case .none: return [Double](repeating: 1, count: labels.count)
        case .balanced:
            let positives = labels.count { $0 }
            let positive = Double(labels.count) / (2 * Double(positives))
            let negative = Double(labels.count) / (2 * Double(labels.count - positives))
            return labels.map { $0 ? positive : negative }
        }
    }
}
