import HearthKernels
import HearthModel

/// How far the value of a sum that BLAS makes may lie from the same sum made left to right.
///
/// Two orders of adding n products differ by at most `(n + 2) 2^-53 (sum |x w| + |b|)` (SKLEARN.md 4.3). A link makes
/// no more of it than its slope, and its own rounding comes on top.
struct SumBound {
    /// Per row, per output of the sums: the bound of the decision. nil when the estimator is no sum that is known here.
    private let decisions: [[Double]]?
    private let link: Link?
    private let classCount: Int

    init(_ definition: ModelDefinition?, rows: [Double]) {
        guard let definition, case .linear(let model) = definition.estimator, !definition.asksModels else {
            (decisions, link, classCount) = (nil, nil, 0)
            return
        }
        link = model.link
        if case .classification(let labels) = model.task { classCount = labels.count } else { classCount = 0 }
        decisions = Self.prepared(rows, definition).map { prepared in
            let width = model.coefficients.first?.count ?? 1
            return stride(from: 0, to: prepared.count, by: max(width, 1)).map { start in
                zip(model.coefficients, model.intercepts).map { weights, intercept in
                    let size = zip(prepared[start...], weights).reduce(abs(intercept)) { $0 + abs($1.0 * $1.1) }
                    return Double(weights.count + 2) * 0x1p-53 * size
                }
            }
        }
    }

    /// The largest difference that is allowed for a value of an output.
    func allowed(_ output: String, row: Int, column: Int, expected: Double) -> Double {
        guard let decisions, row < decisions.count, let largest = decisions[row].max() else {
            // Sums within the rules of other models, or of distances: their bounds are not carried through. 1e-13 is
            // three times what was seen (SKLEARN.md 4.1).
            return 1e-13 * max(1, abs(expected))
        }
        guard output != "predict_proba" else {
            // Probabilities are at most 1: the exponentials, their sum and the quotient round to units of 2^-53.
            return slope(row) * largest + Double(classCount + 8) * 0x1p-53
        }
        return column < decisions[row].count ? decisions[row][column] : largest
    }

    /// How much a difference in the sums can make in the probabilities.
    private func slope(_ row: Int) -> Double {
        // One against the rest divides by the sum of the sigmoids, which is nearly 0 at worst where all are: observed
        // sums are 1 and more, as one class at least is likely.
        if case .sigmoid = link, classCount > 2 { return Double(classCount) }
        return 1
    }

    /// The rows as they leave the stages, one after the other, by the kernels themselves; nil when the model refuses
    /// one.
    private static func prepared(_ rows: [Double], _ definition: ModelDefinition) -> [Double]? {
        guard !definition.stages.isEmpty else { return rows }
        var preparation = definition
        preparation.estimator = .identity
        preparation.threshold = nil
        return try? ServableModel(PackedModel.pack(preparation)).outputs(of: rows)
    }
}

extension ModelDefinition {
    /// Whether a stage gives the answers of other models to the estimator.
    fileprivate var asksModels: Bool {
        stages.contains { if case .estimates = $0 { true } else { false } }
    }

    /// Whether answers go through sums that BLAS makes in an order of its own, so that their last bits are nobody's:
    /// those of a linear model, here or in a model that is asked.
    var goesThroughSums: Bool {
        if case .linear(let model) = estimator, model.accumulator == .float64 { return true }
        return stages.contains { stage in
            guard case .estimates(let estimates) = stage else { return false }
            return estimates.members.contains { $0.model.goesThroughSums }
        }
    }
}
