package import HearthArtifacts
package import HearthModel

/// A classifier that has been learned: what is served, and where it comes from.
package struct FittedClassifier: Sendable {
    package var definition: ModelDefinition
    /// The model in the learning library's own format, kept beside `model.hearth`; nil for Hearth's own learners.
    package var original: VersionFile?
    /// One per column, adding up to 1 (or all 0): the mean gain of a boosted model's splits, or the magnitude of a
    /// logistic regression's coefficients over standardised columns.
    package var importances: [Double]
    /// What the fit found out, for the version's parameters: `best_iteration`, `n_iter`.
    package var facts: [String: JSONValue]
    /// The library that learned it, and its version.
    package var library: Manifest.Library

    /// The file that libxgboost wrote.
    package static let originalName = "model.ubj"

    /// Shares of the whole; zeros stay zeros.
    static func shares(_ values: [Double]) -> [Double] {
        let sum = values.reduce(0, +)
        return sum > 0 && sum.isFinite ? values.map { $0 / sum } : values.map { _ in 0 }
    }
}
