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
        guard let definition, case .linear(let model) = definition.estimator else {
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
            // No sum that is taken apart here: 32 units in the last place, what distances by BLAS were seen to differ
            // (SKLEARN.md 4.1).
            return 32 * 0x1p-52 * max(1, abs(expected))
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
